// Pages: branches of the tree by pointer and keys, and people added to a list one by one.
(() => {
  "use strict";

  customElements.define("page-tree", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      // Before htmx hears of it: an open branch is closed here, without a call.
      this.addEventListener("click", (event) => this.click(event), { ...options, capture: true });
      this.addEventListener("keydown", (event) => this.key(event), options);
      // Twice pressed while it loads would bring the branch twice.
      this.addEventListener("htmx:before:request", (event) => {
        const toggle = event.target.closest?.(".tree-toggle");
        if (toggle) toggle.setAttribute("aria-expanded", "true");
      }, options);
      this.addEventListener("htmx:error", (event) => {
        event.target.closest?.(".tree-toggle")?.setAttribute("aria-expanded", "false");
      }, options);
    }

    disconnectedCallback() {
      this.abort.abort();
    }

    click(event) {
      const toggle = event.target.closest(".tree-toggle");
      if (!toggle || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const open = toggle.getAttribute("aria-expanded") === "true";
      this.keep(toggle.closest("tr").dataset.node, !open);
      if (!open) return;
      event.preventDefault();
      event.stopPropagation();
      this.close(toggle);
    }

    close(toggle) {
      const row = toggle.closest("tr");
      toggle.setAttribute("aria-expanded", "false");
      while (row.nextElementSibling && this.depth(row.nextElementSibling) > this.depth(row)) {
        const below = row.nextElementSibling;
        if (below.dataset.node) this.keep(below.dataset.node, false);
        below.remove();
      }
      // What was selected in it is selected no more.
      row.querySelector("input[name=id]")?.dispatchEvent(new Event("change", { bubbles: true }));
    }

    depth(row) {
      return Number(row.dataset.depth);
    }

    // The address says which branches are open, so that a reload and a link show the same.
    keep(page, open) {
      const url = new URL(location.href);
      const opened = url.searchParams.getAll("open").filter((each) => each !== page);
      url.searchParams.delete("open");
      for (const each of open ? [...opened, page] : opened) url.searchParams.append("open", each);
      history.replaceState(history.state, "", url);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!document.body.hasAttribute("data-shortcuts")) return;
      const row = event.target.closest("tbody tr");
      if (!row) return;
      const toggle = row.querySelector(".tree-toggle");
      const open = toggle?.getAttribute("aria-expanded") === "true";
      if (event.key === "ArrowRight" && toggle && !open) toggle.click();
      else if (event.key === "ArrowRight" && open) this.focus(row.nextElementSibling);
      else if (event.key === "ArrowLeft" && open) {
        toggle.click();
        this.focus(row);
      } else if (event.key === "ArrowLeft") this.focus(this.above(row));
      else if (event.key.toLowerCase() === "m") this.move(row);
      else return;
      event.preventDefault();
    }

    above(row) {
      let before = row.previousElementSibling;
      while (before && this.depth(before) >= this.depth(row)) before = before.previousElementSibling;
      return before;
    }

    focus(row) {
      row?.querySelector(".tree-name a:not(.tree-toggle), .tree-name a")?.focus();
    }

    // Moves what is selected, else the page of this row.
    move(row) {
      const button = this.closest("form")?.querySelector("button[name=action][value=move-pages]");
      if (!button) return;
      if (!this.querySelector("tbody input[name=id]:checked")) {
        const box = row.querySelector("input[name=id]");
        if (!box) return;
        box.checked = true;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      }
      button.click();
    }
  });

  // A field that finds people, beside the list of those that were chosen.
  customElements.define("people-input", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      const adder = this.querySelector("[data-adder]");
      if (!adder) return;
      adder.hidden = false;
      this.field = adder.querySelector("input");
      this.list = this.querySelector("textarea");
      adder.querySelector("[data-add]").addEventListener("click", () => this.add(), options);
      this.field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        this.add();
      }, options);
    }

    disconnectedCallback() {
      this.abort?.abort();
    }

    add() {
      const value = this.field.value.trim();
      if (!value) return;
      const lines = this.list.value.split("\n").map((line) => line.trim()).filter(Boolean);
      if (!lines.includes(value)) lines.push(value);
      this.list.value = lines.join("\n");
      this.field.value = "";
      this.field.focus();
    }
  });
})();
