// A long list of authorities: narrows it to what is typed, and counts what differs from before.
(() => {
  "use strict";

  const plural = (count) => `${count.toLocaleString("en")} ${count === 1 ? "authority" : "authorities"}`;

  customElements.define("authority-filter", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const { signal } = this.abort;
      const search = this.querySelector("[data-search]");
      if (!search) return;
      search.hidden = false;
      this.input = search.querySelector("input");
      this.input.addEventListener("input", () => this.narrow(), { signal });
      // Enter narrows; it must not press the button of the form around.
      this.input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault(), { signal });
      this.addEventListener("change", () => this.count(), { signal });
      this.narrow();
      this.count();
    }

    disconnectedCallback() {
      this.abort.abort();
    }

    narrow() {
      const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      this.querySelectorAll("[data-words]").forEach((line) => {
        line.hidden = !words.every((word) => line.dataset.words.includes(word));
        shown += !line.hidden;
      });
      this.querySelectorAll("[data-group]").forEach((group) => {
        group.hidden = !group.querySelector("[data-words]:not([hidden])");
      });
      this.querySelector("[data-count]").textContent = words.length ? `${plural(shown)} found` : plural(shown);
    }

    count() {
      const said = this.querySelector("[data-changes]");
      if (!said) return;
      const boxes = [...this.querySelectorAll("input[name=authority]")];
      const given = boxes.filter((box) => box.checked && !box.dataset.before).length;
      const taken = boxes.filter((box) => !box.checked && box.dataset.before).length;
      const parts = [given && `${given} given`, taken && `${taken} taken away`].filter(Boolean);
      said.textContent = parts.join(", ") || "Nothing is changed yet.";
    }
  });
})();
