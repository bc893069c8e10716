// State, address bar and steering.
const keys = { lang: "lang", step: "offices", view: "view", place: "municipality", tab: "table", sort: "sort", filter: "filter" };

/** Take the state from the address; what makes no sense is left out. */
function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const take = (key, allowed, otherwise) => {
    const value = given.get(keys[key]);
    state[key] = value !== null && allowed(value) ? value : otherwise;
  };
  take("lang", (value) => Object.hasOwn(data.texts, value), navigator.language.startsWith("sv") ? "sv" : "en");
  const asked = data.steps.findIndex((step) => String(step.number) === given.get(keys.step));
  state.step = asked < 0 ? "own" : String(asked);
  take("view", (value) => ["before", "after", "change"].includes(value), "after");
  take("place", (value) => Object.hasOwn(data.map.paths, value), "");
  take("tab", (value) => Object.hasOwn(columns, value), "offices");
  take("sort", (value) => /^\w+-(ascending|descending)$/.test(value), "");
  take("filter", () => true, "");
}

function writeAddress() {
  const parts = new URLSearchParams();
  for (const [key, name] of Object.entries(keys)) {
    const value = key === "step" ? (state.step === "own" ? "own" : String(current().number)) : state[key];
    if (value) parts.set(name, value);
  }
  history.replaceState(null, "", `#${parts}`);
}

/** Change the state, the page and the address together. */
function set(changes) {
  const place = state.place;
  Object.assign(state, changes);
  paint();
  if (state.place !== place) {
    find("search").value = data.municipalities.find(([code]) => code === state.place)?.[1] ?? "";
    if (state.place) zoomToPlace(state.place);
  }
  writeAddress();
}

function paintWords() {
  document.documentElement.lang = state.lang;
  document.title = data.title[state.lang];
  find("title").textContent = data.title[state.lang];
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = words()[node.dataset.text];
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", words()[node.dataset.label]);
  for (const key of ["lang", "view", "tab"]) {
    for (const node of document.querySelectorAll(`button[data-${key}]`)) {
      node.setAttribute("aria-pressed", String(node.dataset[key] === state[key]));
    }
  }
  const compare = byName();
  const names = data.municipalities.map(([, name]) => name).sort(compare);
  find("names").replaceChildren(...names.map((name) => element("option", { value: name })));
  const counts = Object.entries(data.evidence);
  const evidence = counts.length ? words().evidence : words().evidence_none;
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const rests = [fill(evidence, { all, documented: 0, deduced: 0, assumed: 0, ...data.evidence }), ...words().rests];
  find("rests").replaceChildren(...rests.map((text) => element("li", {}, text)));
  find("made").textContent = fill(words().made, { name: data.name, date: data.date, version: data.version });
}

function statusText(answer) {
  if (!possible()) {
    const forced = number(data.own.sites.filter((site) => site[5]).length, 0);
    // That only so many may open is what the slider says already.
    const others = answer.clash.filter((name) => name !== "new_offices_max");
    const clash = others.length ? others : answer.clash;
    const because = clash.map((name) => fill(words().clash[name] ?? name, { forced })).join(", ");
    return fill(words().impossible, { number: answer.number, because });
  }
  if (answer.status === "present") return words().status.present;
  const gap = number(100 * (answer.gap ?? Infinity), answer.gap < 5e-7 ? 0 : 4);
  const proof = fill(words().status[answer.reason] ?? words().status.solver_stopped, { gap });
  const count = words()[answer.new === 1 ? "one_office" : "many_offices"];
  const cost = fill(words().cost_line, { count: number(answer.new, 0), offices: count, cost: number(answer.cost, 1) });
  return `${cost} ${proof}${answer.nested === false ? ` ${words().not_nested}` : ""}`;
}

function paintControl() {
  const answer = current();
  const count = answer.new ?? answer.number;
  find("count").textContent = number(count, 0);
  find("status").textContent = statusText(answer);
  find("status").classList.toggle("warning", !possible() || !["present", "optimal"].includes(answer.status));
  find("steering").hidden = !data.steps.length;
  if (!data.steps.length) return;
  const slider = find("slider"), place = sliderPlace();
  slider.max = data.steps.length - 1;
  slider.value = place;
  slider.setAttribute("aria-valuetext", fill(words().slider_value, { count }));
  find("fewer").disabled = place <= 0;
  find("more").disabled = place >= data.steps.length - 1;
  const limits = Object.entries(data.own.limits).filter(([name]) => name in words().limits)
    .map(([name, limit]) => fill(words().limits[name], { limit: number(limit, Number.isInteger(limit) ? 0 : 1) }));
  find("own").textContent = fill(words().own, { limits: limits.join(", ") || words().no_limits });
  find("own").setAttribute("aria-pressed", String(state.step === "own"));
  paintCurve();
}

/** Where the slider stands: at the step shown, or at the nearest to the run's own answer. */
function sliderPlace() {
  if (state.step !== "own") return Number(state.step);
  const away = data.steps.map((step) => Math.abs(step.number - data.own.new));
  return away.indexOf(Math.min(...away));
}

function paintCurve() {
  const solved = data.steps.map((step, index) => ({ ...step, index })).filter((step) => step.nation);
  const last = data.steps.at(-1).number;
  const means = [...solved.map((step) => step.nation[0]), data.own.nation[0]];
  const low = Math.floor(Math.min(...means)), high = Math.ceil(Math.max(...means));
  const width = find("curve").clientWidth || 300;
  find("curve").setAttribute("viewBox", `0 0 ${width} 150`);
  const x = (count) => 32 + ((width - 44) * count) / Math.max(last, 1);
  const y = (mean) => 12 + (108 * (high - mean)) / Math.max(high - low, 1);
  const drawn = [];
  for (let mean = low; mean <= high; mean += Math.max(1, Math.ceil((high - low) / 4))) {
    drawn.push(element("svg:path", { d: `M32 ${y(mean)}H${width - 12}`, class: "axis" }));
    drawn.push(element("svg:text", { x: 24, y: y(mean) + 4, "text-anchor": "end" }, number(mean, 0)));
  }
  const every = last > 20 ? 10 : last > 8 ? 5 : 1;
  for (let count = 0; count <= last; count += every) {
    drawn.push(element("svg:text", { x: x(count), y: 144, "text-anchor": "middle" }, number(count, 0)));
  }
  for (const step of solved) {
    const classes = ["step", ...(["optimal", "present"].includes(step.status) ? [] : ["unproved"]),
      ...(String(step.index) === state.step ? ["current"] : [])];
    drawn.push(element("svg:circle", { cx: x(step.number), cy: y(step.nation[0]), r: String(step.index) === state.step ? 6.5 : 4, class: classes.join(" "), "data-step": step.index }));
  }
  drawn.push(element("svg:circle", { cx: x(data.own.new), cy: y(data.own.nation[0]), r: 6, class: state.step === "own" ? "ours current" : "ours" }));
  find("curve").replaceChildren(...drawn);
}

function paint() {
  paintWords();
  document.querySelector('[data-tab="offices"]').textContent = fill(words().offices_tab, { count: number(rowsOf("offices").length, 0) });
  find("filter").value = state.filter;
  paintControl();
  paintMap();
  paintNation();
  paintFound();
  paintTable();
}

/** The municipality that a name means, whatever its capitals; its beginning does if told so. */
function placeOf(name, beginning = false) {
  const small = (text) => text.trim().toLocaleLowerCase("sv");
  const fits = (known) => small(known) === small(name) || (beginning && small(known).startsWith(small(name)));
  return data.municipalities.find(([, known]) => fits(known))?.[0];
}

function steer() {
  const goTo = (place) => set({ step: String(Math.max(0, Math.min(place, data.steps.length - 1))) });
  find("slider").addEventListener("input", (event) => goTo(Number(event.target.value)));
  find("fewer").addEventListener("click", () => goTo(sliderPlace() - 1));
  find("more").addEventListener("click", () => goTo(sliderPlace() + 1));
  find("own").addEventListener("click", () => set({ step: "own" }));
  find("curve").addEventListener("click", (event) => {
    if (event.target.dataset.step) goTo(Number(event.target.dataset.step));
  });
  find("filter").addEventListener("input", (event) => set({ filter: event.target.value }));
  find("search").addEventListener("input", (event) => {
    const code = placeOf(event.target.value);
    if (code) set({ place: code });
  });
  find("search").addEventListener("change", (event) => {
    const asked = event.target.value;
    if (!asked.trim()) return set({ place: "" });
    const code = placeOf(asked) ?? placeOf(asked, true) ?? "";
    set({ place: code });
    if (code) return;
    event.target.value = asked;
    find("found").replaceChildren(element("p", {}, words().not_found));
  });
  find("clear").addEventListener("click", () => { set({ place: "" }); find("search").value = ""; find("search").focus(); });
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button")?.dataset ?? {};
    if (pressed.lang) set({ lang: pressed.lang });
    else if (pressed.view) set({ view: pressed.view });
    else if (pressed.tab) set({ tab: pressed.tab });
    else if (pressed.place) set({ place: pressed.place });
    else if (pressed.sort) sortBy(pressed.sort);
  });
  window.addEventListener("hashchange", () => { readAddress(); paint(); });
  window.addEventListener("resize", () => { paintMarks(); paintControl(); });
}

/** Sort by a column; once more, the other way round. The header keeps the focus. */
function sortBy(key) {
  const again = find("table").querySelector(`[data-sort="${key}"]`).closest("th").getAttribute("aria-sort");
  set({ sort: `${key}-${again === "ascending" ? "descending" : "ascending"}` });
  find("table").querySelector(`[data-sort="${key}"]`).focus();
}

readAddress();
drawMap();
steer();
paint();
if (state.place) {
  find("search").value = data.municipalities.find(([code]) => code === state.place)?.[1] ?? "";
  zoomToPlace(state.place);
}
