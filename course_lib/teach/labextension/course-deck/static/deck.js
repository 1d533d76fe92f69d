// What a lecturer misses in JupyterLab's slides: letters that shrink until a slide fits, a slide number, the keys of a
// presenter's remote, and the speaker's notes in a window of their own (key S). Loaded as it stands: nothing is built.
(() => {
  const HERE = document.currentScript.src;
  const SMALLEST = 0.6;
  const UPRIGHT = 1.75; // a picture less wide than this, for its height, stands beside its code
  const COMMAND_MODE = ".jp-Deck .jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus";
  const EDIT_MODE = ".jp-Deck .jp-Notebook.jp-mod-editMode .jp-Cell";

  const presenting = () => document.body.dataset.jpDeckMode === "presenting";
  const slideType = (cell) => cell.model.getMetadata("slideshow")?.slide_type ?? "-";

  // The slides of a notebook, cut as the deck cuts them: [{cells, notes}, …].
  function slidesOf(notebook) {
    const slides = [];
    for (const cell of notebook.widgets) {
      const type = slideType(cell);
      if (type === "skip") continue;
      if (type === "notes") {
        slides.at(-1)?.notes.push(cell.node.querySelector(".jp-MarkdownOutput")?.innerHTML ?? "");
        continue;
      }
      if (type === "slide" || type === "subslide" || !slides.length) slides.push({ cells: [], notes: [] });
      slides.at(-1).cells.push(cell);
      const note = cell.model.getMetadata("notes");
      if (note)
        slides.at(-1).notes.push(Object.assign(document.createElement("p"), { textContent: note }).outerHTML);
    }
    return slides;
  }

  // From a cell that is on no slide (the links above a lesson, a note) no key leads on: go to the next one that is.
  function goOn(notebook, slides) {
    const shown = slides.flatMap((slide) => slide.cells).map((cell) => notebook.widgets.indexOf(cell));
    const next = shown.find((index) => index > notebook.activeCellIndex) ?? shown.at(-1);
    if (next !== undefined) notebook.activeCellIndex = next;
  }

  // Letters and views become smaller, step by step, until nothing on the slide is cut off.
  function fit(notebook) {
    const page = notebook.node.querySelector(".jp-WindowedPanel-viewport");
    if (!page) return;
    page.querySelectorAll(".jp-CodeCell.jp-deck-mod-onscreen:has(figure img)").forEach((cell) => {
      const picture = cell.querySelector("figure img");
      const sourceShown = !cell.querySelector(".jp-Cell-inputWrapper .jp-Placeholder");
      cell.classList.toggle(
        "course-beside",
        sourceShown && picture.naturalWidth < UPRIGHT * picture.naturalHeight,
      );
    });
    const whole = Math.min(window.innerWidth / 1280, window.innerHeight / 720); // a view is made of pixels
    const set = (size) => {
      page.style.setProperty("--course-fit", size);
      page.style.setProperty("--course-zoom", (size * whole).toFixed(3));
    };
    let size = 1;
    set(size);
    while (
      size > SMALLEST &&
      (page.scrollHeight > page.clientHeight + 1 || page.scrollWidth > page.clientWidth + 1)
    ) {
      size = Math.max(SMALLEST, size - 0.04);
      set(Number(size.toFixed(2)));
    }
  }

  // The window for the speaker's own screen.
  class Notes {
    open() {
      this.window = window.open("", "course-notes", "width=900,height=640");
      if (!this.window) return;
      this.started ??= Date.now();
      const page = this.window.document;
      page.documentElement.lang = "en";
      page.title = "Speaker notes";
      page.head.innerHTML = `<style>
        body { font: 24px/1.5 system-ui, sans-serif; margin: 1.2em 1.6em; color: #1b1f27; }
        header { display: flex; justify-content: space-between; color: #545c6b; font-size: 20px; }
        h1 { font-size: 1.3em; margin: 0.7em 0 0.4em; } footer { margin-top: 1.6em; color: #545c6b; font-size: 20px; }
        .jp-InternalAnchorLink { display: none; }</style>`;
      page.body.innerHTML =
        '<header><span id="where"></span><span id="time"></span></header>' +
        "<h1></h1><main></main><footer></footer>";
      clearInterval(this.clock);
      this.clock = setInterval(() => this.tick(), 1000);
      this.tick();
    }

    tick() {
      if (!this.window || this.window.closed) return clearInterval(this.clock);
      const minutes = Math.floor((Date.now() - this.started) / 60000);
      const now = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      this.window.document.getElementById("time").textContent = `${now} · ${minutes} min`;
    }

    show(slides, at) {
      if (!this.window || this.window.closed || !slides[at]) return;
      const find = (selector) => this.window.document.querySelector(selector);
      find("#where").textContent = `Slide ${at + 1} of ${slides.length}`;
      find("h1").textContent =
        slides
          .slice(0, at + 1)
          .map(heading)
          .filter(Boolean)
          .at(-1) ?? "";
      find("main").innerHTML = slides[at].notes.join("") || "(no note)";
      find("footer").textContent = slides[at + 1]
        ? `Next: ${heading(slides[at + 1]) || "more of this"}`
        : "This is the last slide.";
    }
  }

  const heading = (slide) => {
    const found = slide.cells
      .map((cell) => /^#+ +(.+)$/m.exec(cell.model.sharedModel.getSource()))
      .find(Boolean);
    return found ? found[1].trim().replace(/[*_`$]/g, "") : "";
  };

  function activate(app) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("deck.css", HERE).href;
    document.head.append(style);

    const notes = new Notes();
    let waiting = 0;
    let followed = null;
    let watched = null;
    let news = false;

    function refresh() {
      waiting = 0;
      const notebook = app.shell.currentWidget?.content;
      if (!presenting() || !notebook?.widgets) {
        delete document.body.dataset.courseSlide;
        return;
      }
      follow(app.shell.currentWidget);
      const slides = slidesOf(notebook);
      const at = slides.findIndex((slide) => slide.cells.includes(notebook.activeCell));
      if (at < 0) return goOn(notebook, slides); // that changes the active cell, and this is called again
      const running = heading(slides[at]) ? "" : slides.slice(0, at).map(heading).filter(Boolean).at(-1);
      document.body.dataset.courseSlide = `${at + 1} / ${slides.length}${running ? ` · ${running}` : ""}`;
      fit(notebook);
      watch(slides[at].cells);
      notebook.activeCell.node.scrollIntoView({ block: "nearest" });
      notes.show(slides, at);
      document.body.dataset.courseCell = notebook.activeCell.model.id; // up to date with this cell: a test waits for it
    }

    const refreshSoon = () => {
      waiting ||= setTimeout(refresh, 60);
    };

    // A view is drawn a moment after its cell has run, and may grow when it is moved.
    const grown = new ResizeObserver(() => {
      if (news) refreshSoon();
      news = true;
    });
    function watch(cells) {
      if (watched === cells[0]) return;
      [watched, news] = [cells[0], false]; // the first call only tells how large they are
      grown.disconnect();
      cells.forEach((cell) => grown.observe(cell.node));
    }

    // Another cell, a finished run, a picture that has arrived: each may change what must fit.
    function follow(panel) {
      if (followed === panel) return;
      followed = panel;
      panel.content.activeCellChanged.connect(refreshSoon);
      panel.sessionContext.statusChanged.connect(refreshSoon);
      panel.content.node.addEventListener("load", refreshSoon, true);
      panel.content.node.addEventListener("toggle", refreshSoon, true);
    }

    new MutationObserver(refreshSoon).observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-deck-mode"],
    });
    app.shell.currentChanged?.connect(refreshSoon);
    window.addEventListener("resize", refreshSoon);

    app.commands.addCommand("course-deck:notes", {
      label: "Show Speaker Notes",
      execute: () => {
        notes.open();
        refresh();
      },
    });
    const go = (direction, alternate) => ({ command: "deck:go", args: { direction, alternate } });
    const keys = [
      { ...go("down", "forward"), keys: ["PageDown"], selector: COMMAND_MODE },
      { ...go("up", "back"), keys: ["PageUp"], selector: COMMAND_MODE },
      { command: "course-deck:notes", keys: ["S"], selector: COMMAND_MODE },
      // Run and stay: the next cell may be a note, which is not on any slide.
      { command: "notebook:run-cell", keys: ["Shift Enter"], selector: COMMAND_MODE },
      { command: "notebook:run-cell", keys: ["Shift Enter"], selector: EDIT_MODE },
    ];
    keys.forEach((key) => app.commands.addKeyBinding(key));
  }

  const plugin = {
    id: "course-deck:plugin",
    description: "Slides for a lecture hall.",
    autoStart: true,
    activate,
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["course-deck"] = {
    init: async () => {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
