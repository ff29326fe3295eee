// The order of a booklet: rows are moved up and down; without a script they stay as they were listed.
(() => {
  "use strict";

  customElements.define("order-list", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      for (const moves of this.querySelectorAll("[data-moves]")) moves.hidden = false;
      this.addEventListener("click", (event) => {
        const button = event.target.closest("[data-move]");
        if (button) this.move(button);
      }, { signal: this.abort.signal });
    }

    disconnectedCallback() {
      this.abort.abort();
    }

    move(button) {
      const row = button.closest("li");
      const up = button.dataset.move === "-1";
      const other = up ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      if (up) other.before(row);
      else other.after(row);
      const rows = [...row.parentElement.children];
      rows.forEach((each, index) => { each.querySelector("[data-number]").textContent = index + 1; });
      button.focus();
      this.querySelector("[data-said]").textContent = `${row.dataset.name}: ${rows.indexOf(row) + 1} of ${rows.length}`;
    }
  });
})();
