// The tables: the country, the municipality found, new offices and all municipalities.
const shares = new Set(data.measures.filter(([, , isShare]) => isShare).map(([name]) => name));

/** A figure of the whole country; its unit stands in the name of the measure. */
function national(name, digits, value, write) {
  if (value === null) return "–";
  return write(shares.has(name) ? 100 * value : value, digits);
}

function head(...names) {
  const cells = names.map((name, place) => element("th", { scope: "col", ...(place ? {} : { class: "text" }) }, name));
  return element("thead", {}, element("tr", {}, ...cells));
}

function paintNation() {
  const answer = current();
  const rows = data.measures.map(([name, digits], index) => element("tr", {},
    element("th", { scope: "row" }, words().measures[name]),
    element("td", {}, national(name, digits, data.present.nation[index], number)),
    element("td", {}, national(name, digits, possible() ? answer.nation[index] : null, number)),
    element("td", {}, national(name, digits, possible() ? answer.change[index] : null, signed))));
  find("nation").replaceChildren(head(words().measure, words().before, words().after, words().change), element("tbody", {}, ...rows));
}

function paintFound() {
  const index = data.municipalities.findIndex(([code]) => code === state.place);
  if (index < 0) { find("found").replaceChildren(); return; }
  const [code, name, population] = data.municipalities[index];
  const before = data.present.regions, after = possible() ? current().regions : null;
  const rows = Object.keys(before).filter((key) => key !== "change").map((key) => {
    const write = (value) => number(shares.has(key) ? 100 * value : value, 1);
    return element("tr", { "data-measure": key },
      element("th", { scope: "row" }, words().region_measures[key]),
      element("td", {}, write(before[key][index])),
      element("td", {}, after ? write(after[key][index]) : "–"));
  });
  const here = data.offices.filter((office) => office[1] === code).map((office) => office[0]);
  const added = after ? current().sites.filter((site) => site[3] === code).map((site) => site[1]) : [];
  const list = (names) => names.join(", ") || words().none;
  find("found").replaceChildren(
    element("p", {}, element("b", {}, name), ` · ${fill(words().people, { people: number(population, 0) })}`),
    element("table", {}, head(words().measure, words().before, words().after), element("tbody", {}, ...rows)),
    element("p", { class: "note" }, fill(words().offices_here, { existing: list(here), added: list(added) })));
}

/** Columns: key, whether it is text, the value to sort by, what to show. */
const columns = {
  offices: [
    ["rank", false, (site) => site[0], (site) => number(site[0], 0)],
    ["place", true, (site) => site[1], (site) => site[1] + (site[5] ? " *" : "")],
    ["municipality", true, (site) => site[2], (site) => [site[3], site[2]]],
    ["fa_region", true, (site) => site[4], (site) => site[4]],
    ["cost", false, (site) => site[6], (site) => number(site[6], 1)],
    ["people_nearest", false, (site) => site[7], (site) => number(site[7], 0)],
    ["hours", false, (site) => site[8], (site) => number(site[8], 0)],
    ["loss", false, (site) => site[9], (site) => number(site[9], 4)],
  ],
  municipalities: [
    ["municipality", true, (row) => row.name, (row) => [row.code, row.name]],
    ["population", false, (row) => row.population, (row) => number(row.population, 0)],
    ["mean_before", false, (row) => row.before, (row) => number(row.before, 1)],
    ["mean_after", false, (row) => row.mean, (row) => number(row.mean, 1)],
    ["mean_change", false, (row) => row.change, (row) => signed(row.change, 1)],
    ["worst_before", false, (row) => row.worstBefore, (row) => number(row.worstBefore, 1)],
    ["worst_after", false, (row) => row.worst, (row) => number(row.worst, 1)],
    ["share30_before", false, (row) => row.shareBefore, (row) => number(100 * row.shareBefore, 1)],
    ["share30_after", false, (row) => row.share, (row) => (row.share === null ? "–" : number(100 * row.share, 1))],
  ],
};

const afterRegion = columns.offices.findIndex(([key]) => key === "fa_region") + 1;
for (const key of ["answers", "picked"]) {
  if (data.trust[key]) {
    columns.offices.splice(afterRegion, 0, [key, false, (site) => share(key, site), (site) => number(100 * share(key, site), 0)]);
  }
}

function rowsOf(tab) {
  if (tab === "offices") return possible() ? current().sites : [];
  const before = data.present.regions, after = possible() ? current().regions : null;
  return data.municipalities.map(([code, name, population], index) => ({
    code, name, population,
    before: before.mean[index], worstBefore: before.worst[index], shareBefore: before.share30[index],
    mean: after ? after.mean[index] : null, change: after ? after.change[index] : null,
    worst: after ? after.worst[index] : null, share: after ? after.share30[index] : null,
  }));
}

function sorted(rows, tab) {
  const [key, direction] = state.sort.split("-");
  const column = columns[tab].find(([name]) => name === key) ?? columns[tab][0];
  const compare = byName(), sign = direction === "descending" ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [column[2](a), column[2](b)];
    return sign * (column[1] ? compare(left, right) : (left ?? 0) - (right ?? 0));
  });
}

function paintTable() {
  const tab = state.tab, names = words().columns, all = rowsOf(tab);
  const wanted = state.filter.toLocaleLowerCase(state.lang);
  const texts = columns[tab].filter((column) => column[1]);
  const kept = all.filter((row) => texts.some((column) => column[2](row).toLocaleLowerCase(state.lang).includes(wanted)));
  const body = sorted(kept, tab).map((row) => element("tr", (tab === "offices" ? row[3] : row.code) === state.place ? { class: "chosen" } : {},
    ...columns[tab].map((column) => cell(column, row))));
  const titles = columns[tab].map(([key, isText], place) => title(key, isText, place, names[key]));
  find("table").replaceChildren(element("thead", {}, element("tr", {}, ...titles)), element("tbody", {}, ...body));
  find("rows").textContent = fill(words().rows, { shown: number(kept.length, 0), all: number(all.length, 0) });
  const notes = tab === "offices" ? [words().offices_note] : [words().municipalities_note];
  for (const key of ["picked", "answers"]) {
    if (tab === "offices" && data.trust[key]) notes.push(fill(words()[`${key}_note`], data.trust));
  }
  find("table-note").textContent = notes.join(" ");
}

function cell([, isText, , show], row) {
  const content = show(row);
  if (!Array.isArray(content)) return element("td", isText ? { class: "text" } : {}, content);
  const button = element("button", { type: "button", "data-place": content[0] }, content[1]);
  return element("td", { class: "text" }, button);
}

function title(key, isText, place, name) {
  const [sortKey, direction] = state.sort.split("-");
  const active = sortKey === key || (!columns[state.tab].some(([other]) => other === sortKey) && place === 0);
  const button = element("button", { type: "button", "data-sort": key }, name);
  const sort = active ? { "aria-sort": sortKey === key ? direction : "ascending" } : {};
  return element("th", { scope: "col", ...(isText ? { class: "text" } : {}), ...sort }, button);
}
