// Lists: search while typing, rows by key, selection with its bar.
(() => {
  "use strict";

  customElements.define("list-card", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      this.last = null;
      this.addEventListener("input", (event) => {
        if (event.target.matches("[data-search]")) this.type(event.target);
      }, options);
      this.addEventListener("click", (event) => this.click(event), options);
      this.addEventListener("change", (event) => this.change(event), options);
      this.addEventListener("submit", (event) => {
        if (event.target.querySelector("[data-search]")) this.typed();
      }, options);
      this.addEventListener("htmx:config:request", (event) => this.tidy(event.detail.ctx.request), options);
      // An answer to what was asked before would take away what is being typed; the next question comes in a moment.
      this.addEventListener("htmx:before:swap", (event) => {
        if (this.timer && event.detail.ctx.target === this) event.preventDefault();
      }, options);
      document.addEventListener("keydown", (event) => this.key(event), options);
      this.draw();
    }

    disconnectedCallback() {
      this.abort.abort();
      this.typed();
    }

    // Fields that say nothing need not stand in the address; "columns" says "none" by being empty.
    tidy(request) {
      if (request.method !== "GET" || !request.form) return;
      const empty = [...request.body].filter(([name, value]) => value === "" && name !== "columns").map(([name]) => name);
      for (const name of empty) {
        const kept = request.body.getAll(name).filter((value) => value !== "");
        request.body.delete(name);
        for (const value of kept) request.body.append(name, value);
      }
    }

    type(field) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.typed();
        field.dispatchEvent(new CustomEvent("search-typed", { bubbles: true }));
      }, 350);
    }

    typed() {
      clearTimeout(this.timer);
      this.timer = 0;
    }

    get boxes() {
      return [...this.querySelectorAll("tbody input[name=id]")];
    }

    get all() {
      return this.querySelector("[data-all]");
    }

    click(event) {
      const box = event.target.closest("tbody input[name=id]");
      if (box) {
        if (event.shiftKey) this.range(box);
        this.last = box;
      }
      if (event.target.closest("[data-select-all]")) {
        this.all.value = "1";
        this.draw();
      }
      if (event.target.closest("[data-clear-selection]")) this.clear();
    }

    change(event) {
      if (event.target.matches("[data-select-page]")) {
        for (const box of this.boxes) box.checked = event.target.checked;
      }
      if (event.target.matches("[data-select-page], tbody input[name=id]")) {
        if (this.all) this.all.value = "";
        this.draw();
      }
    }

    range(box) {
      const boxes = this.boxes;
      const ends = [boxes.indexOf(this.last ?? box), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(Math.max(0, ends[0]), ends[1] + 1)) one.checked = box.checked;
    }

    clear() {
      for (const box of this.boxes) box.checked = false;
      this.all.value = "";
      this.draw();
      this.querySelector("[data-select-page]")?.focus();
    }

    draw() {
      const bar = this.querySelector("[data-bulk]");
      if (!bar) return;
      const boxes = this.boxes;
      const count = boxes.filter((box) => box.checked).length;
      const every = this.all.value === "1" && count > 0;
      if (!every) this.all.value = "";
      for (const box of boxes) box.closest("tr").classList.toggle("row-selected", box.checked);
      const head = this.querySelector("[data-select-page]");
      head.checked = count > 0 && count === boxes.length;
      head.indeterminate = count > 0 && count < boxes.length;
      bar.hidden = count === 0;
      const number = every ? Number(this.dataset.total) : count;
      bar.querySelector("[data-selected]").textContent = `${number.toLocaleString("en")} selected`;
      const more = bar.querySelector("[data-select-all]");
      if (more) more.hidden = every || count < boxes.length;
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!document.body.hasAttribute("data-shortcuts")) return;
      if (document.querySelector("dialog[open], [popover].dropdown-menu:popover-open")) return;
      if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
      if (event.key === "Escape" && this.boxes.some((box) => box.checked)) return this.clear();
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) return this.move(steps[event.key], event);
      if (event.key.toLowerCase() === "x") this.toggle(event);
    }

    move(step, event) {
      const links = [...this.querySelectorAll("tbody tr")].map((row) => row.querySelector(".cell-name a") ?? row.querySelector("a, input"));
      const row = document.activeElement.closest?.("tbody tr");
      const index = row && this.contains(row) ? [...row.parentElement.children].indexOf(row) : step > 0 ? -1 : links.length;
      const next = links[index + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }

    toggle(event) {
      const box = document.activeElement.closest?.("tr")?.querySelector("input[name=id]");
      if (!box || !this.contains(box)) return;
      event.preventDefault();
      box.checked = !box.checked;
      if (event.shiftKey) this.range(box);
      this.last = box;
      this.all.value = "";
      this.draw();
    }
  });
})();
