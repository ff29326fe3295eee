// The form of a stream: shows the schedule fields that the chosen mode needs, and adds rows of settings.
(() => {
  "use strict";

  customElements.define("schedule-editor", class extends HTMLElement {
    connectedCallback() {
      const mode = this.querySelector("select");
      const show = () => this.querySelectorAll("div[data-modes]").forEach((part) => {
        part.hidden = !part.dataset.modes.split(" ").includes(mode.value);
      });
      this.abort = new AbortController();
      mode.addEventListener("change", show, { signal: this.abort.signal });
      show();
    }

    disconnectedCallback() {
      this.abort.abort();
    }
  });

  customElements.define("setting-rows", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const button = this.querySelector("[data-add]");
      button.hidden = false;
      button.addEventListener("click", () => this.add(), { signal: this.abort.signal });
    }

    disconnectedCallback() {
      this.abort.abort();
    }

    // A new row takes the next number, which Django's management form counts.
    add() {
      const total = this.closest("form").elements["setting-TOTAL_FORMS"];
      const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
      row.querySelectorAll("[name], [id]").forEach((field) => ["name", "id"].forEach((each) => {
        if (field.hasAttribute(each)) field.setAttribute(each, field.getAttribute(each).replace("__prefix__", total.value));
      }));
      total.value = Number(total.value) + 1;
      this.querySelector("tbody").append(row);
      row.querySelector("input").focus();
    }
  });
})();
