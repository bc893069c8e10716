"""Put output and map of the main scenario into the README: python -m tools.write_readme."""

from siting.pipeline.run import run
from siting.report.maps.draw import as_png, draw_map
from siting.scenario.file import find_scenario, read_scenario
from tests.support.pages import FENCE, README, shown_by_run

if __name__ == "__main__":
    result = run(read_scenario(find_scenario("remaining_offices")), progress=lambda _: None)
    before, _, after = README.read_text(encoding="utf-8").split(FENCE, 2)
    README.write_text(FENCE.join((before, f"{shown_by_run(result)}\n", after)), encoding="utf-8")
    picture = README.parent / "docs" / "picks.png"
    picture.write_bytes(as_png(draw_map(result, "picks", "en")))
