/* <schema-editor>: the grid of columns without a round trip for each move. Without it the same buttons send the form. */
class SchemaEditor extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.rows = this.querySelector("[data-rows]");
    if (!this.rows) this.rows = document.createElement("tbody");
    this.listeners = new AbortController();
    const options = { signal: this.listeners.signal };
    this.addEventListener("click", (event) => this.press(event), options);
    this.addEventListener("keydown", (event) => this.key(event), options);
    this.addEventListener("input", () => this.sum(), options);
    this.addEventListener("change", (event) => this.shorten(event.target), options);
    this.addEventListener("pointerdown", (event) => this.grab(event), options);
    this.sum();
  }

  disconnectedCallback() { this.listeners.abort(); }

  press(event) {
    const mover = event.target.closest("[data-move]");
    if (mover) {
      event.preventDefault();
      this.move(mover.closest("[data-row]"), mover.dataset.move, mover);
    } else if (event.target.closest("[data-add]")) {
      event.preventDefault();
      this.add();
    }
  }

  key(event) {
    const row = event.target.closest?.("[data-row]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    this.move(row, event.key === "ArrowUp" ? "up" : "down", event.target);
  }

  move(row, direction, focus) {
    const other = direction === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (other) direction === "up" ? other.before(row) : other.after(row);
    // Moving an element takes the focus from it.
    focus.focus();
    row.scrollIntoView({ block: "nearest" });
    this.tell(row, !other);
    this.sum();
  }

  tell(row, atEnd) {
    const all = [...this.rows.children];
    const name = row.querySelector("[data-name]").value || "The new column";
    const place = `${all.indexOf(row) + 1} of ${all.length}`;
    this.querySelector("[data-said]").textContent = atEnd ? `${name} stays column ${place}` : `${name} is column ${place}`;
  }

  add() {
    const row = this.querySelector("[data-row-template]").content.firstElementChild.cloneNode(true);
    const taken = [...this.rows.querySelectorAll("[name=row]")].map((each) => each.value).filter((key) => key.startsWith("+"));
    const key = `+${Math.max(0, ...taken.map((each) => Number(each.slice(1)))) + 1}`;
    for (const field of row.querySelectorAll("[name=row], [name=visible], [name=drop]")) field.value = key;
    for (const button of row.querySelectorAll("[data-move]")) button.value = `${button.dataset.move}:${key}`;
    this.rows.append(row);
    row.querySelector("[data-name]").focus();
    this.sum();
  }

  // By pointer: the row follows to wherever the pointer is among the others.
  grab(event) {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest("[data-row]");
    const dragging = new AbortController();
    const options = { signal: dragging.signal };
    row.toggleAttribute("data-dragged", true);
    document.addEventListener("pointermove", (move) => {
      if (move.clientY < 96) scrollBy(0, -16);
      if (move.clientY > innerHeight - 48) scrollBy(0, 16);
      const over = document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-row]");
      if (!over || over === row || over.parentElement !== this.rows) return;
      const box = over.getBoundingClientRect();
      move.clientY < box.top + box.height / 2 ? over.before(row) : over.after(row);
    }, options);
    const end = () => {
      dragging.abort();
      row.toggleAttribute("data-dragged", false);
      this.tell(row, false);
      this.sum();
    };
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, end, options);
  }

  // Of a large file only the start is read: only that is sent. What is packed can't be cut.
  shorten(field) {
    const file = field.matches("[data-head]") ? field.files[0] : null;
    if (!file || file.size <= 262144 || /\.(gz|zip|json)$/i.test(file.name)) return;
    const list = new DataTransfer();
    list.items.add(new File([file.slice(0, 262144)], file.name, { type: file.type }));
    field.files = list.files;
  }

  // What was changed so far, in a few words; the server says it exactly when the changes are checked.
  sum() {
    const shown = this.querySelector("[data-summary]");
    if (!shown) return;
    const base = JSON.parse(this.form.elements.base.value);
    const before = new Map(base.map((column, place) => [column[0], { name: column[1], type: column[2], visible: column[3], place }]));
    const counts = { added: 0, dropped: 0, renamed: 0, retyped: 0, hidden: 0, shown: 0 };
    let last = -1, moved = false;
    for (const row of this.rows.children) {
      const key = row.querySelector("[name=row]").value;
      const dropped = row.querySelector("[name=drop]").checked;
      const was = before.get(key);
      if (!was) { counts.added += dropped ? 0 : 1; continue; }
      if (dropped) { counts.dropped += 1; continue; }
      const visible = row.querySelector("[name=visible]").checked;
      counts.renamed += row.querySelector("[data-name]").value.trim() !== was.name.replace(/[\r\n]/g, "").trim();
      counts.retyped += row.querySelector("[data-type]").value !== was.type;
      counts.hidden += was.visible && !visible;
      counts.shown += !was.visible && visible;
      moved ||= was.place < last;
      last = Math.max(last, was.place);
    }
    const words = Object.entries(counts).filter(([, count]) => count).map(([word, count]) => `${count} ${word}`);
    if (moved) words.push("order changed");
    const text = words.join(", ") || "None yet";
    if (shown.textContent !== text) shown.textContent = text;
  }
}

customElements.define("schema-editor", SchemaEditor);
