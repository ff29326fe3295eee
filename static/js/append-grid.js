/* <append-grid>: rows can be added and removed, and a paste from a spreadsheet fills cells.
   Without script the form has a fixed number of rows. */
class AppendGrid extends HTMLElement {
  connectedCallback() {
    this.body = this.querySelector("tbody");
    this.status = this.querySelector("[data-status]");
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("click", (event) => this.click(event), { signal });
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.addEventListener("paste", (event) => this.paste(event), { signal });
    this.querySelector("[aria-invalid=true]")?.focus();
  }

  disconnectedCallback() { this.listeners.abort(); }

  get rows() { return [...this.body.rows]; }

  get most() { return Number(this.dataset.most); }

  cells(row) { return [...row.querySelectorAll("input")]; }

  say(text) { this.status.textContent = text; }

  click(event) {
    if (event.target.closest("[data-add]")) this.cells(this.add() ?? this.rows.at(-1))[0].focus();
    const remove = event.target.closest("[data-remove]");
    if (remove) this.remove(remove.closest("tr"));
  }

  add() {
    if (this.rows.length >= this.most) {
      this.say(`At most ${this.most} rows go at once. Upload a CSV for more.`);
      return null;
    }
    this.body.append(this.querySelector("template").content.querySelector("tr").cloneNode(true));
    this.number();
    return this.rows.at(-1);
  }

  removeRow(row) {
    if (this.rows.length === 1) this.add();
    row.remove();
    this.number();
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    this.removeRow(row);
    (next ?? this.rows[0]).querySelector("input").focus();
    this.say("The row was removed.");
  }

  // Names, numbers and labels follow the place of a row.
  number() {
    this.rows.forEach((row, place) => {
      row.querySelector("[data-number]").textContent = place + 1;
      row.querySelector("[data-remove]").ariaLabel = `Remove row ${place + 1}`;
      this.cells(row).forEach((cell, column) => {
        cell.name = `cell-${place}-${column}`;
        cell.ariaLabel = cell.ariaLabel.replace(/, row \d+$/, `, row ${place + 1}`);
        const problem = cell.parentElement.querySelector(".cell-problem");
        if (problem) {
          problem.id = `${cell.name}-problem`;
          cell.setAttribute("aria-describedby", problem.id);
        }
      });
    });
  }

  key(event) {
    const cell = event.target.closest("input");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const plain = cell.type === "text";
    const step = event.key === "Enter" ? (event.shiftKey ? -1 : 1) : plain && event.key === "ArrowDown" ? 1 : plain && event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const row = cell.closest("tr");
    const place = this.rows.indexOf(row) + step;
    const next = this.rows[place] ?? (step > 0 && event.key === "Enter" ? this.add() : null);
    if (next) this.cells(next)[this.cells(row).indexOf(cell)].focus();
  }

  paste(event) {
    const cell = event.target.closest("input");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cell || !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    const row = cell.closest("tr");
    const first = this.cells(row).indexOf(cell);
    const lines = this.withoutHead(this.table(text), first, row);
    let place = this.rows.indexOf(row);
    let wide = 0;
    let filled = 0;
    for (const line of lines) {
      const target = this.rows[place] ?? this.add();
      if (!target) break;
      const cells = this.cells(target);
      line.forEach((value, column) => { if (cells[first + column]) this.fill(cells[first + column], value); });
      wide = Math.max(wide, first + line.length - cells.length);
      place += 1;
      filled += 1;
    }
    const left = lines.length - filled;
    this.say([
      `${filled} ${filled === 1 ? "row was" : "rows were"} pasted.`,
      wide > 0 ? `${wide} ${wide === 1 ? "column" : "columns"} more than the dataset has: left out.` : "",
      lines.flat().some((value) => value.includes("\n")) ? "Line breaks inside cells became spaces: to keep them, upload a CSV." : "",
      left > 0 ? `${left} rows are over the ${this.most} that go at once: upload a CSV for all of them.` : "",
    ].filter(Boolean).join(" "));
  }

  // A date's input drops what it can't read: then it becomes a plain one, so that nothing is lost unseen.
  fill(cell, value) {
    cell.type = cell.dataset.type;
    const text = cell.dataset.type === "datetime-local" ? value.trim().replace(/^(\d{4}-\d\d-\d\d) /, "$1T") : value;
    // An input has one line: joined without a space, words would run together.
    cell.value = cell.dataset.type === "text" ? text.replace(/\n+/g, " ") : text.trim();
    if (value.trim() && !cell.value) {
      cell.type = "text";
      cell.value = value;
    }
    cell.classList.remove("is-invalid");
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    cell.parentElement.querySelector(".cell-problem")?.remove();
  }

  // What a spreadsheet copies: tabs between cells, quotes around those that hold tabs or line breaks.
  table(text) {
    const rows = [[""]];
    let quoted = false;
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (let place = 0; place < source.length; place += 1) {
      const sign = source[place];
      const line = rows.at(-1);
      if (quoted && sign === '"' && source[place + 1] === '"') { line[line.length - 1] += '"'; place += 1; }
      else if (sign === '"' && (quoted || line.at(-1) === "")) quoted = !quoted;
      else if (!quoted && sign === "\t") line.push("");
      else if (!quoted && sign === "\n") rows.push([""]);
      else line[line.length - 1] += sign;
    }
    return rows;
  }

  // A head that was copied along is no row.
  withoutHead(lines, first, row) {
    const names = this.cells(row).slice(first).map((cell) => cell.ariaLabel.replace(/, row \d+$/, "").toLowerCase());
    const head = lines[0].map((name) => name.trim().toLowerCase());
    return lines.length > 1 && head.every((name, place) => name === names[place]) ? lines.slice(1) : lines;
  }
}

customElements.define("append-grid", AppendGrid);
