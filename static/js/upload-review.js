/* <upload-account>: keeps the sums and the button of an upload's review true to what is chosen in its form. */
class UploadAccount extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById("send-form");
    this.listeners = new AbortController();
    const changed = (event) => { if (event.target.form === this.form) this.update(); };
    document.addEventListener("change", changed, { signal: this.listeners.signal });
    document.addEventListener("input", changed, { signal: this.listeners.signal });
    this.update();
  }

  disconnectedCallback() { this.listeners.abort(); }

  update() {
    const data = new FormData(this.form);
    const replace = data.get("action") === "REPLACE";
    const inPartition = data.get("action") === "PARTITION";
    const aside = data.get("decision") === "set_aside" ? Number(this.dataset.bad) : 0;
    const send = Number(this.dataset.inFile) - aside;
    const number = new Intl.NumberFormat("en");
    this.querySelector("[data-aside]").textContent = aside ? `− ${number.format(aside)}` : "0";
    this.querySelector("[data-send]").textContent = number.format(send);
    const before = this.dataset.before;
    const name = inPartition ? data.get("partition").trim() : "";
    const known = [...this.form.querySelectorAll("#partitions option")].find((option) => option.value === name);
    const gone = this.rowsOf(known, name);
    this.showPartition(inPartition, name, known);
    const after = replace ? send : before === "" || gone === null ? null : Number(before) - gone + send;
    this.querySelector("[data-after]").textContent = after === null ? "not known" : number.format(after);
    const rows = send === 1 ? "row" : "rows";
    const by = `${number.format(send)} ${rows}`;
    this.form.querySelector("[data-label]").textContent = replace ? `Replace all by ${by}` : inPartition ? `Replace ${name || "a partition"} by ${by}` : `Append ${by}`;
    const confirmation = this.form.querySelector("[data-confirm]");
    if (confirmation) confirmation.hidden = !replace && !inPartition;
  }

  // Rows that go with the partition's earlier data; null where nobody told.
  rowsOf(known, name) {
    if (!name) return 0;
    if (!known) return this.dataset.told ? 0 : null;
    return known.dataset.rows === undefined ? null : Number(known.dataset.rows);
  }

  showPartition(shown, name, known) {
    const place = this.form.querySelector(".partition-name");
    place.hidden = !shown;
    place.querySelector("input").required = shown;
    const fresh = name && !known && this.dataset.told;
    const text = known ? `${known.label || "Its rows"} of ${name} go.` : fresh ? `${name} is a new partition.` : "Choose one, or name a new one.";
    place.querySelector("[data-partition]").textContent = text;
    const limit = place.querySelector("[data-limit]");
    if (limit) limit.hidden = !fresh;
  }
}

customElements.define("upload-account", UploadAccount);
