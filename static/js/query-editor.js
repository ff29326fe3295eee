// The SQL editor: CodeMirror over the textarea, with the columns that stand beside it as completions.
// Without a script the textarea alone is there; what is sent is always the textarea's value.
(() => {
  "use strict";

  const KEYWORDS = ("SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET AS AND OR NOT IN IS NULL LIKE BETWEEN DISTINCT JOIN"
    + " LEFT INNER ON UNION ALL CASE WHEN THEN ELSE END ASC DESC WITH EXISTS").split(" ");
  const FUNCTIONS = ("COUNT SUM AVG MIN MAX ROUND FLOOR CEIL ABS MOD COALESCE IFNULL NULLIF CONCAT SUBSTRING LEFT RIGHT LENGTH"
    + " LOWER UPPER TRIM REPLACE INSTR CAST DATE YEAR MONTH DAY QUARTER WEEK DATE_FORMAT DATE_ADD DATE_SUB DATEDIFF"
    + " CURRENT_DATE CURRENT_TIMESTAMP NOW STR_TO_DATE STDDEV VARIANCE").split(" ");
  const MOST = 60;

  // What the panel beside the editor lists: (name, name as it is written in SQL, type).
  function columns() {
    return [...document.querySelectorAll("column-names [data-insert]")].map((each) => ({
      name: each.textContent.trim(),
      text: each.dataset.insert,
      type: each.closest("tr")?.cells[1]?.textContent.trim() ?? "",
    }));
  }

  function drawn(place, _, choice) {
    place.append(choice.displayText);
    const kind = document.createElement("span");
    kind.className = "hint-kind";
    kind.textContent = choice.kind;
    place.append(kind);
  }

  function completions(editor) {
    const cursor = editor.getCursor();
    const before = editor.getLine(cursor.line).slice(0, cursor.ch);
    const word = /(`[^`]*|[\p{L}\p{N}_]*)$/u.exec(before)[0];
    const sought = word.replace("`", "").toLowerCase();
    const quoted = word.startsWith("`");
    const all = columns().map((each) => ({ text: each.text, displayText: each.name, kind: each.type, render: drawn, column: true }));
    if (!quoted) {
      for (const name of FUNCTIONS) all.push({ text: `${name}(`, displayText: name, kind: "function", render: drawn });
      for (const name of KEYWORDS) all.push({ text: name, displayText: name, kind: "keyword", render: drawn });
    }
    const starts = all.filter((each) => each.displayText.toLowerCase().startsWith(sought));
    const inside = sought.length > 1 ? all.filter((each) => each.column && !starts.includes(each) && each.displayText.toLowerCase().includes(sought)) : [];
    const list = [...starts, ...inside].slice(0, MOST);
    // A back quote that was closed already is replaced with the name.
    const after = quoted && editor.getLine(cursor.line)[cursor.ch] === "`" ? 1 : 0;
    return { list, from: { line: cursor.line, ch: cursor.ch - word.length }, to: { line: cursor.line, ch: cursor.ch + after } };
  }

  customElements.define("sql-editor", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      this.area = this.querySelector("textarea");
      if (window.CodeMirror) this.upgrade();
      document.addEventListener("sql-proposed", (event) => this.propose(event.detail?.sql ?? event.detail?.value ?? ""), { signal: this.abort.signal });
    }

    disconnectedCallback() {
      this.abort.abort();
      this.editor?.toTextArea();
    }

    upgrade() {
      // What is sent is checked by the server; a field that isn't shown can't be pointed at by the browser.
      this.area.required = false;
      this.editor = CodeMirror.fromTextArea(this.area, {
        mode: "text/x-mysql",
        theme: "domo",
        lineNumbers: true,
        lineWrapping: true,
        matchBrackets: true,
        indentUnit: 2,
        viewportMargin: 40,
        extraKeys: {
          "Ctrl-Space": (editor) => this.complete(editor),
          // No new line: the shortcuts of every page run the form.
          "Ctrl-Enter": () => {},
          "Cmd-Enter": () => {},
          Tab: (editor) => editor.execCommand(editor.somethingSelected() ? "indentMore" : "insertSoftTab"),
          "Shift-Tab": "indentLess",
          Esc: () => { this.leaving = true; },
        },
      });
      const field = this.editor.getInputField();
      field.setAttribute("aria-labelledby", "sql-label");
      field.setAttribute("aria-describedby", "sql-help");
      field.removeAttribute("tabindex");
      this.classList.add("is-upgraded");
      this.querySelector("label").addEventListener("click", (event) => {
        event.preventDefault();
        this.editor.focus();
      }, { signal: this.abort.signal });
      this.editor.on("change", () => this.editor.save());
      this.editor.on("keydown", (_, event) => {
        // Esc, then Tab leaves, as the line below the editor says: the editor doesn't see this Tab, so the browser does.
        if (event.key === "Tab") event.codemirrorIgnore = this.leaving;
        else if (!["Shift", "Escape"].includes(event.key)) this.leaving = false;
      });
      this.editor.on("blur", () => { this.leaving = false; });
      this.editor.on("inputRead", (editor, change) => {
        if (change.origin === "+input" && /[`\p{L}_]$/u.test(change.text[0]) && !editor.state.completionActive) this.complete(editor);
      });
    }

    complete(editor) {
      const word = editor.getTokenAt(editor.getCursor()).type;
      if (word === "comment" || word === "string") return;
      CodeMirror.showHint(editor, completions, { completeSingle: false, closeCharacters: /[\s()[\]{};:>,]/ });
    }

    // Puts text where the caret is.
    insert(text) {
      if (this.editor) {
        this.editor.replaceSelection(text, "end");
        this.editor.focus();
        return;
      }
      this.area.focus();
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    // SQL that another tool made takes the place of what stands here, or of what is selected. It is never run.
    propose(sql) {
      if (!sql) return;
      if (!this.editor) {
        this.area.value = sql;
        this.area.focus();
      } else {
        if (!this.editor.somethingSelected()) this.editor.execCommand("selectAll");
        this.editor.replaceSelection(sql, "end");
        this.editor.focus();
      }
      document.dispatchEvent(new CustomEvent("toast", { detail: {
        level: "ok", text: "The SQL stands in the editor", detail: "Nothing was run. Read it, then press Run; Ctrl+Z brings back what stood there.",
      } }));
    }
  });
})();
