"""The page in a browser: no network, and what one can do with it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from siting.report.explorer.page import write_explorer
from siting.results.result import Result, read_result
from siting.results.write import write_result

pytestmark = (
    pytest.mark.long
)  # a run with its frontier, and all that one can do with its page in a browser

type Show = Callable[..., Chrome]
MEASURES = ["mean", "median", "p90", "p95", "max", "ede", "share30", "share45", "share60", "gini"]


@pytest.fixture(scope="module")
def page(stepped: Result, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = write_result(stepped, tmp_path_factory.mktemp("page"))
    return write_explorer(read_result(folder), folder, {}).as_uri()


@pytest.fixture
def show(browser: Chrome, page: str) -> Iterator[Show]:
    """Open the page anew, at a state and a width; in the end the console has to be silent."""

    def opened(state: str = "lang=en", width: int = 1280, height: int = 900) -> Chrome:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get("about:blank")
        browser.get(f"{page}#{state}")
        return browser

    yield opened
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call] # selenium


def _find(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def _texts(browser: Chrome, selector: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(node => node.textContent)"
    found: list[str] = browser.execute_script(script, selector)
    return found


def _number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace(",", ""))


def _press(element: WebElement, *keys: str) -> None:
    element.send_keys(*keys)


def _state(browser: Chrome) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=([^&]*)", browser.current_url.partition("#")[2]))


def test_nothing_is_requested_but_the_file(
    show: Show, requested: Callable[[], list[str]], page: str
) -> None:
    show("lang=sv")
    addresses = [url for url in requested() if not url.startswith("data:")]
    assert addresses
    assert {url.partition("#")[0] for url in addresses} <= {page, "about:blank"}


def test_a_map_without_a_size_is_painted_when_it_has_one(show: Show) -> None:
    browser = show("lang=en&offices=4")
    marks = "return document.querySelectorAll('#map circle').length"
    resized = "window.dispatchEvent(new Event('resize'))"
    drawn = browser.execute_script(marks)
    assert drawn > 100
    browser.execute_script(f"document.querySelector('main').style.display = 'none'; {resized}")
    browser.execute_script(f"document.querySelector('main').style.display = ''; {resized}")
    assert browser.execute_script(marks) == drawn


def test_the_slider_shows_the_figures_of_the_step(show: Show, stepped: Result) -> None:
    browser = show()
    slider = _find(browser, "#slider")
    _press(slider, Keys.HOME)
    assert _find(browser, "#count").text == "0"
    for step in (2, 3, 4, 5, 6):
        _press(slider, Keys.ARROW_RIGHT)
        assert _find(browser, "#count").text == str(step)
        assert _state(browser)["offices"] == str(step)
        _holds(browser, stepped, step)


def _holds(browser: Chrome, stepped: Result, step: int) -> None:
    """The page shows what the CSV files say of a step."""
    frontier = stepped.tables["frontier"].set_index("step")
    offices = stepped.tables["frontier_sites"].query("step == @step")
    names = [
        f"{n}{' *' if f else ''}"
        for n, f in zip(offices["locality"], offices["forced"], strict=True)
    ]
    assert _texts(browser, "#table tbody td:nth-child(2)") == names
    shown = _texts(browser, "#nation tbody td:nth-child(3)")
    if frontier.loc[step, "status"] == "infeasible":
        assert set(shown) == {"\N{EN DASH}"}
        assert "not possible" in _find(browser, "#status").text
        return
    assert "Proved" in _find(browser, "#status").text
    for name, text in zip(MEASURES, shown, strict=True):
        scale = 100 if name.startswith("share") else 1
        tolerance = 0.0005001 if name == "gini" else 0.005001
        value = float(frontier[name].loc[step])
        assert _number(text) == pytest.approx(scale * value, abs=tolerance)


def test_the_map_shows_existing_announced_and_new_offices(show: Show, stepped: Result) -> None:
    browser = show("lang=en&offices=6")
    offices = stepped.tables["offices"]["status"].value_counts()
    assert len(_texts(browser, "#map .existing")) == offices["existing"]
    assert len(_texts(browser, "#map .announced")) == 4
    assert len(_texts(browser, "#map .new")) == 2
    assert len(_texts(browser, "#map .area")) == 290
    _find(browser, '[data-view="before"]').click()
    assert not _texts(browser, "#map .announced")


def test_the_map_is_coloured_by_the_view(show: Show) -> None:
    browser = show("lang=en&offices=6&view=change")
    fill = "return document.querySelector('[data-code=\"2421\"]').getAttribute('fill')"
    colours = [browser.execute_script(fill)]
    for view in ("before", "after"):
        _find(browser, f'[data-view="{view}"]').click()
        colours.append(browser.execute_script(fill))
    assert len(set(colours)) == 3
    assert _state(browser)["view"] == "after"


def test_the_search_shows_a_municipality_before_and_after(show: Show, stepped: Result) -> None:
    browser = show()
    _press(_find(browser, "#search"), "storuman", Keys.ENTER)
    row = stepped.tables["municipalities"].set_index("municipality").loc["Storuman"]
    shown = _texts(browser, '#found tr[data-measure="mean"] td')
    assert shown == [f"{row['mean_before']:.1f}", f"{row['mean_after']:.1f}"]
    shares = _texts(browser, '#found tr[data-measure="share45"] td')
    assert shares == [f"{100 * row['share45_before']:.1f}", f"{100 * row['share45_after']:.1f}"]
    assert _state(browser)["municipality"] == "2421"


def test_the_search_says_when_there_is_no_such_place(show: Show) -> None:
    browser = show()
    _press(_find(browser, "#search"), "Atlantis", Keys.TAB)
    assert _find(browser, "#found").text == "There is no municipality of that name."


def test_the_language_changes_everything(show: Show) -> None:
    browser = show("lang=en&table=municipalities")
    _find(browser, 'button[data-lang="sv"]').click()
    html = _find(browser, "html")
    assert html.get_attribute("lang") == "sv"
    assert _texts(browser, "h2")[0] == "Antal nya kontor"
    assert _texts(browser, "#table tbody td:first-child")[-2:] == ["Överkalix", "Övertorneå"]
    assert re.fullmatch(r"\d+,\d", _texts(browser, "#table tbody td:nth-child(3)")[0])
    assert "Municipality" not in _find(browser, "body").text


def test_the_address_keeps_the_state(show: Show) -> None:
    state = "lang=sv&offices=5&view=change&municipality=2421&table=municipalities"
    browser = show(f"{state}&sort=population-descending&filter=a")
    assert _find(browser, "#count").text == "5"
    assert _find(browser, "#search").get_attribute("value") == "Storuman"
    assert _find(browser, '[data-view="change"]').get_attribute("aria-pressed") == "true"
    people = [
        int(re.sub(r"\D", "", text)) for text in _texts(browser, "#table tbody td:nth-child(2)")
    ]
    assert people == sorted(people, reverse=True)
    assert 10 < len(people) < 290


@pytest.mark.parametrize(
    "state", ["offices=99&view=x&lang=xx&table=constructor", "municipality=constructor&sort=<b>"]
)
def test_an_address_that_makes_no_sense_is_passed_over(show: Show, state: str) -> None:
    browser = show(state)
    assert _find(browser, "#count").text == "4"
    assert len(_texts(browser, "#table tbody tr")) == 4


def test_the_table_sorts_and_filters(show: Show) -> None:
    browser = show("lang=en&table=municipalities")
    for order in ("ascending", "descending"):
        button = _find(browser, '[data-sort="mean_before"]')
        _press(button, Keys.ENTER)
        values = [_number(text) for text in _texts(browser, "#table tbody td:nth-child(3)")]
        assert values == sorted(values, reverse=order == "descending")
        assert len(values) == 290
    _press(_find(browser, "#filter"), "STORU")
    assert _texts(browser, "#table tbody td:first-child") == ["Storuman"]
    assert _find(browser, "#rows").text == "1 of 290 rows"


def test_everything_works_from_the_keyboard(show: Show) -> None:
    browser = show()
    seen: list[Any] = []
    for _ in range(60):
        _press(browser.switch_to.active_element, Keys.TAB)
        active = browser.switch_to.active_element
        seen.append(active.get_attribute("id") or active.get_attribute("data-view"))
        if active.get_attribute("id") == "filter":
            break
    wanted = ["slider", "more", "own", "before", "change", "map", "zoom-in", "search", "filter"]
    assert [name for name in seen if name in wanted] == wanted
    figure = _find(browser, "#map")
    whole = figure.get_dom_attribute("viewBox")
    _press(figure, "+", Keys.ARROW_DOWN)
    assert figure.get_dom_attribute("viewBox") != whole
    _press(figure, "0")
    assert figure.get_dom_attribute("viewBox") == whole


def test_a_click_on_the_map_chooses_a_municipality(show: Show) -> None:
    browser = show()
    area = "document.querySelector('[data-code=\"2584\"]')"
    click = f"{area}.dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
    browser.execute_script(click)
    assert _find(browser, "#search").get_attribute("value") == "Kiruna"
    assert "Kiruna" in _find(browser, "#found").text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_nothing_sticks_out_at_360_pixels(show: Show, language: str) -> None:
    browser = show(f"lang={language}&offices=2&municipality=2421", 360, 740)
    script = (
        "return [document.documentElement.scrollWidth, ...[...document.querySelectorAll("
        "'button, input, h1, h2, p, #map')].map(node => node.closest('.scroll, .skip') ? 0 : "
        "Math.ceil(node.getBoundingClientRect().right))]"
    )
    rights = browser.execute_script(script)
    assert max(rights) <= 360


@pytest.mark.parametrize(
    "state", ["lang=sv", "lang=en&offices=2&municipality=2421&table=municipalities"]
)
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_fault(show: Show, axe: str, state: str, width: int) -> None:
    browser = show(state, width)
    # Rows are alike, and looking at all of them takes half a minute.
    rest = "[...document.querySelectorAll('tbody')].flatMap(body => [...body.rows].slice(20))"
    browser.execute_script(f"for (const row of {rest}) row.remove()")
    browser.execute_script(axe)
    script = "const done = arguments[0]; axe.run().then(found => done(found.violations))"
    violations = browser.execute_async_script(script)
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
