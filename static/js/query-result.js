// The result of a query: sorted by a press on a column's name, and drawn as a chart of two or three of its columns.
// Without a script the table stands there as it came.
(() => {
  "use strict";

  const MOST_POINTS = 500;
  // Laying out a hundred thousand cells takes a browser many seconds: rows come as they are scrolled to.
  const ROWS_AT_ONCE = 500;
  const KINDS = [["bar", "Bars"], ["line", "Line"], ["scatter", "Points"]];
  let charts = 0;

  function made(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  // The value behind a cell: the whole text, null where nothing is.
  function valueOf(cell) {
    if (!cell || cell.classList.contains("value-missing")) return cell?.textContent === "empty" ? "" : null;
    return cell.title || cell.textContent;
  }

  customElements.define("result-table", class extends HTMLElement {
    connectedCallback() {
      this.table = this.querySelector("table");
      if (this.columns) return;
      this.heads = [...this.table.tHead.rows[0].cells];
      this.columns = this.heads.map((head, place) => ({
        place,
        name: head.firstChild?.textContent.trim() || `Column ${place + 1}`,
        numeric: head.classList.contains("num"),
      }));
      this.body = this.table.tBodies[0];
      this.rows = [...this.body.rows];
      for (const head of this.heads) this.makeSortable(head);
      if (this.rows.length > ROWS_AT_ONCE) this.append(this.rest());
      if (this.rows.length > 1) this.append(this.drawer());
    }

    // The line that says how many rows are shown, and brings more; scrolling to the end does so too.
    rest() {
      this.count = made("span", { className: "text-secondary" });
      const more = made("button", { type: "button", className: "btn btn-sm", textContent: "Show more" });
      more.addEventListener("click", () => this.showMore());
      const scroller = this.table.parentElement;
      scroller.addEventListener("scroll", () => {
        if (scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 200) this.showMore();
      });
      this.line = made("div", { className: "card-footer d-flex gap-2 align-items-center justify-content-between py-2" }, this.count, more);
      this.showFirst();
      return this.line;
    }

    showFirst() {
      this.body.replaceChildren(...this.rows.slice(0, ROWS_AT_ONCE));
      this.tellCount();
    }

    showMore() {
      const shown = this.body.rows.length;
      if (shown >= this.rows.length) return;
      this.body.append(...this.rows.slice(shown, shown + ROWS_AT_ONCE));
      this.tellCount();
    }

    tellCount() {
      if (!this.line) return;
      const shown = this.body.rows.length;
      this.count.textContent = `Shown here: ${shown.toLocaleString("en")} of ${this.rows.length.toLocaleString("en")} rows. Sorting takes all of them.`;
      this.line.hidden = shown >= this.rows.length;
    }

    makeSortable(head) {
      const button = made("button", { type: "button", className: "table-sort", title: "Sort these rows" });
      button.append(made("span", {}, ...head.childNodes));
      head.append(button);
      button.addEventListener("click", () => this.sort(head));
    }

    // Numbers by value, largest first; text as people order it; what is null or empty always last.
    sort(head) {
      const column = this.columns[head.cellIndex];
      const before = head.getAttribute("aria-sort");
      const up = before ? before === "descending" : !column.numeric;
      const sign = up ? 1 : -1;
      const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
      const rows = this.rows.map((row) => ({ row, value: valueOf(row.cells[column.place]) }));
      const there = rows.filter((each) => each.value !== null && each.value !== "");
      const missing = rows.filter((each) => each.value === null || each.value === "");
      if (column.numeric) for (const each of there) each.value = Number(each.value);
      there.sort((a, b) => sign * (column.numeric ? a.value - b.value : order.compare(a.value, b.value)));
      for (const other of this.heads) {
        other.removeAttribute("aria-sort");
        other.querySelector(".table-sort").classList.remove("asc", "desc");
      }
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      head.querySelector(".table-sort").classList.add(up ? "asc" : "desc");
      this.rows = [...there, ...missing].map((each) => each.row);
      this.showFirst();
      if (this.plot?.childNodes.length) this.draw();
    }

    // The chart's controls, folded away until they are wanted.
    drawer() {
      charts += 1;
      const numbers = this.columns.filter((column) => column.numeric);
      const details = made("details", { className: "result-chart" });
      details.append(made("summary", { textContent: "Chart" }));
      const inner = made("div", { className: "card-body" });
      details.append(inner);
      if (!numbers.length) {
        inner.append(made("p", { className: "text-secondary mb-0", textContent: "No column holds numbers, so there is nothing to draw." }));
        return details;
      }
      const words = this.columns.find((column) => !column.numeric) ?? this.columns[0];
      const second = numbers.find((column) => column !== words) ?? numbers[0];
      this.across = this.choice("Across", this.columns, words);
      this.up = this.choice("Up", numbers, second);
      this.also = this.choice("And", [{ place: -1, name: "nothing else" }, ...numbers], { place: -1 });
      this.kind = made("select", { className: "form-select", id: `chart-kind-${charts}` });
      for (const [value, label] of KINDS) this.kind.append(made("option", { value, textContent: label }));
      const controls = made("div", { className: "chart-choices" }, this.across.place, this.up.place, this.also.place,
        made("span", {}, made("label", { htmlFor: this.kind.id, textContent: "As" }), this.kind));
      this.plot = made("div");
      inner.append(controls, this.plot);
      controls.addEventListener("change", () => this.draw());
      details.addEventListener("toggle", () => (details.open ? this.draw() : this.plot.replaceChildren()));
      return details;
    }

    choice(label, columns, chosen) {
      const select = made("select", { className: "form-select", id: `chart-${label.toLowerCase()}-${charts}` });
      for (const column of columns) {
        const same = this.columns.filter((each) => each.name === column.name).length > 1;
        const text = same ? `${column.name} (${column.place + 1})` : column.name;
        select.append(made("option", { value: column.place, textContent: text, selected: column.place === chosen.place }));
      }
      return { select, place: made("span", {}, made("label", { htmlFor: select.id, textContent: label }), select) };
    }

    // The figures as a table, which chart-view draws.
    draw() {
      const across = this.columns[this.across.select.value];
      const series = [this.up, this.also].map((each) => this.columns[each.select.value]).filter(Boolean);
      const kind = this.kind.value;
      const rows = this.rows;
      const shown = rows.slice(0, MOST_POINTS);
      const view = made("chart-view");
      const label = `${series.map((each) => each.name).join(" and ")} by ${across.name}`;
      view.setAttribute("label", `${label}, ${shown.length} points`);
      view.setAttribute("src", this.getAttribute("chart-library"));
      if (kind === "scatter" && across.numeric) view.setAttribute("across", "numbers");
      const head = made("tr", {}, made("th", { textContent: across.name, scope: "col" }));
      series.forEach((each, place) => {
        const cell = made("th", { textContent: each.name, scope: "col", className: "num" });
        cell.dataset.series = kind;
        cell.dataset.css = ["is-run", "is-ok"][place];
        cell.dataset.axis = place;
        head.append(cell);
      });
      const body = made("tbody");
      for (const row of shown) {
        const line = made("tr", {}, made("td", { textContent: valueOf(row.cells[across.place]) ?? "null" }));
        for (const each of series) {
          const value = valueOf(row.cells[each.place]);
          const cell = made("td", { textContent: row.cells[each.place].textContent, className: "num" });
          cell.dataset.value = value ?? "";
          line.append(cell);
        }
        body.append(line);
      }
      const figures = made("div", { className: "table-responsive scroll-panel", tabIndex: 0, role: "group", ariaLabel: "Figures of the chart, scrolls" },
        made("table", { className: "table table-vcenter" }, made("thead", {}, head), body));
      view.append(made("details", {}, made("summary", { textContent: "Figures" }), figures));
      this.plot.replaceChildren(view);
      if (rows.length > shown.length) {
        this.plot.append(made("p", { className: "text-secondary mb-0 mt-2", textContent: `The first ${MOST_POINTS} of ${rows.length.toLocaleString("en")} rows, in the order of the table.` }));
      }
    }
  });
})();
