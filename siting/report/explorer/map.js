// The map: colours, marks of offices, zoom.
const shapes = {
  existing: (x, y, r) => element("svg:circle", { cx: x, cy: y, r: r * 0.7, class: "existing" }),
  closed: (x, y, r) => element("svg:path", { d: `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`, class: "cross" }),
  announced: (x, y, r) => element("svg:path", { d: `M${x - 1.2 * r} ${y - 1.2 * r}h${2.4 * r}v${2.4 * r}h${-2.4 * r}z`, class: "announced" }),
  core: (x, y, r) => element("svg:circle", { cx: x, cy: y, r: 2.6 * r, class: "core" }),
  new: (x, y, r) => element("svg:path", { d: `M${x} ${y - 1.6 * r}l${1.6 * r} ${2.7 * r} ${-3.2 * r} 0z`, class: "new" }),
};
const areas = new Map();
const box = { x: 0, y: 0, w: data.map.width, h: data.map.height };
let marks, outline;

function drawMap() {
  const svg = find("map");
  for (const [code, d] of Object.entries(data.map.paths)) {
    areas.set(code, element("svg:path", { d, "data-code": code, class: "area" }));
  }
  svg.append(...areas.values());
  svg.append(element("svg:path", { d: data.map.counties, class: "counties" }));
  outline = element("svg:path", { class: "selected" });
  marks = element("svg:g", { class: "offices" });
  svg.append(outline, marks);
  svg.addEventListener("click", (event) => {
    if (dragged) return;
    const code = event.target.dataset.code;
    if (code) set({ place: code === state.place ? "" : code });
  });
  svg.addEventListener("pointermove", showTip);
  svg.addEventListener("pointerleave", () => { find("tip").hidden = true; });
  steerMap(svg);
  zoomTo(box);
}

/** Minutes of a municipality in the view chosen: null where there is no answer. */
function shown(index) {
  if (state.view === "before") return data.present.regions.mean[index];
  if (!possible()) return null;
  return current().regions[state.view === "after" ? "mean" : "change"][index];
}

function colour(value) {
  if (value === null) return "#cfd6dc";
  const scale = state.view === "change" ? data.map.scales.cut : data.map.scales.minutes;
  const position = state.view === "change" ? -value : value;
  return scale.colours[scale.bounds.filter((bound) => position >= bound).length];
}

function paintMap() {
  data.municipalities.forEach(([code], index) => areas.get(code)?.setAttribute("fill", colour(shown(index))));
  outline.setAttribute("d", data.map.paths[state.place] ?? "");
  find("map").setAttribute("aria-label", fill(words().map_label, { view: words()[state.view] }));
  paintMarks();
  paintLegend();
}

/** Whether an office of today is closed in what the map shows. */
const closes = (code) => state.view !== "before" && possible() && current().closed.includes(code);

function paintMarks() {
  const svg = find("map");
  // A page that is not laid out has no size to draw for; it is painted again when it has one.
  if (!svg.clientWidth || !svg.clientHeight) return;
  const radius = 3.9 * Math.max(box.w / svg.clientWidth, box.h / svg.clientHeight);
  const drawn = data.offices.map(([, , code, x, y]) => shapes[closes(code) ? "closed" : "existing"](x, y, radius));
  if (state.view !== "before" && possible()) {
    for (const site of current().sites) {
      if (inCore(site)) drawn.push(shapes.core(site[10], site[11], radius));
      drawn.push(shapes[site[5] ? "announced" : "new"](site[10], site[11], radius));
    }
  }
  marks.replaceChildren(...drawn);
}

function legendItem(mark, text) {
  const svg = element("svg:svg", { viewBox: "-9 -7 18 14", "aria-hidden": "true" }, mark);
  return element("span", {}, svg, text);
}

function paintLegend() {
  const change = state.view === "change";
  const { bounds, colours } = data.map.scales[change ? "cut" : "minutes"];
  const whole = (value) => number(value, 0);
  const labels = change ? words().cut_classes : colours.map((_, index) => {
    if (index === 0) return fill(words().below, { value: whole(bounds[0]) });
    if (index === bounds.length) return fill(words().from, { value: whole(bounds[index - 1]) });
    return `${whole(bounds[index - 1])}–${whole(bounds[index])}`;
  });
  const classes = colours.map((fillColour, index) => legendItem(
    element("svg:rect", { x: -9, y: -7, width: 18, height: 14, fill: fillColour, stroke: "#8796a5" }), labels[index]));
  const worse = possible() && current().regions.change.some((value) => value > 0);
  if (change && !worse) classes.shift();
  const kinds = ["existing", ...(data.offices.some((office) => closes(office[2])) ? ["closed"] : []),
    ...(state.view === "before" ? [] : ["announced", "new"])];
  const offices = kinds.map((kind) => legendItem(shapes[kind](0, 0, 4), words().kinds[kind]));
  if (data.trust.picked && state.view !== "before") {
    const text = fill(words().core, { share: number(100 * data.trust.core, 0), draws: number(data.trust.draws, 0) });
    offices.push(legendItem(shapes.core(0, 0, 2.2), text));
  }
  find("legend").replaceChildren(
    element("div", {}, element("b", {}, change ? words().legend_change : words().legend_minutes), ...classes),
    element("div", {}, element("b", {}, words().legend_offices), ...offices));
}

function showTip(event) {
  const tip = find("tip");
  const index = data.municipalities.findIndex(([code]) => code === event.target.dataset?.code);
  if (index < 0 || event.pointerType === "touch") { tip.hidden = true; return; }
  const before = number(data.present.regions.mean[index], 1);
  const after = possible() ? number(current().regions.mean[index], 1) : "–";
  tip.replaceChildren(element("b", {}, data.municipalities[index][1]), fill(words().tip, { before, after }));
  tip.hidden = false;
  const frame = find("map-frame").getBoundingClientRect();
  const x = event.clientX - frame.left, y = event.clientY - frame.top;
  tip.style.left = `${Math.max(0, Math.min(x + 14, frame.width - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(0, y - tip.offsetHeight - 10)}px`;
}

function zoomTo({ x, y, w, h }) {
  const { width, height } = data.map;
  box.w = Math.min(w, width);
  box.h = Math.min(h, height);
  box.x = Math.max(0, Math.min(x, width - box.w));
  box.y = Math.max(0, Math.min(y, height - box.h));
  const svg = find("map");
  svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
  svg.classList.toggle("zoomed", box.w < width);
  find("zoom-out").disabled = find("zoom-all").disabled = box.w >= width;
  find("zoom-in").disabled = box.w < width / 20;
  paintMarks();
}

/** Zoom about a point given as shares of the picture. */
function zoomBy(factor, shareX = 0.5, shareY = 0.5) {
  const w = Math.max(box.w * factor, data.map.width / 24);
  const h = w * data.map.height / data.map.width;
  zoomTo({ x: box.x + (box.w - w) * shareX, y: box.y + (box.h - h) * shareY, w, h });
}

/** Show a municipality with its surroundings. */
function zoomToPlace(code) {
  const area = areas.get(code)?.getBBox();
  if (!area) return;
  const w = Math.min(data.map.width, Math.max(area.width * 4, (area.height * 4 * data.map.width) / data.map.height, 900));
  const h = w * data.map.height / data.map.width;
  zoomTo({ x: area.x + area.width / 2 - w / 2, y: area.y + area.height / 2 - h / 2, w, h });
}

let dragged = false;
function steerMap(svg) {
  const pointers = new Map();
  let spread = 0;
  const scale = () => Math.max(box.w / svg.clientWidth, box.h / svg.clientHeight);
  svg.addEventListener("pointerdown", (event) => {
    if (!pointers.size) dragged = false;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    spread = 0;
  });
  svg.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const moved = [event.clientX - last[0], event.clientY - last[1]];
    if (!dragged && Math.hypot(...moved) < 4) return;
    dragged = true;
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (pointers.size === 1 && box.w < data.map.width) {
      zoomTo({ ...box, x: box.x - moved[0] * scale(), y: box.y - moved[1] * scale() });
    } else if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const now = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (spread) zoomBy(spread / now);
      spread = now;
    }
  });
  for (const kind of ["pointerup", "pointercancel", "pointerleave"]) {
    svg.addEventListener(kind, (event) => pointers.delete(event.pointerId));
  }
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomBy(event.deltaY > 0 ? 1.25 : 0.8);
  }, { passive: false });
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) zoomTo({ ...box, x: box.x + step[0] * box.w / 8, y: box.y + step[1] * box.h / 8 });
    else if (event.key === "+") zoomBy(0.7);
    else if (event.key === "-") zoomBy(1.4);
    else if (event.key === "0") zoomTo({ x: 0, y: 0, w: data.map.width, h: data.map.height });
    else return;
    event.preventDefault();
  });
  find("zoom-in").addEventListener("click", () => zoomBy(0.6));
  find("zoom-out").addEventListener("click", () => zoomBy(1.7));
  find("zoom-all").addEventListener("click", () => zoomTo({ x: 0, y: 0, w: data.map.width, h: data.map.height }));
}
