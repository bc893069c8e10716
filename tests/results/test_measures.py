"""Who goes where, and what each new office is worth."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from siting.results.measures import measure, nearest, shared_out
from tests.support.times import sparse

MINUTES = sparse(
    np.array([[10.0, 4.0, 30.0], [20.0, 8.0, 7.0], [5.0, 5.0, 50.0], [60.0, np.inf, 12.0]])
)
PEOPLE = np.array([100.0, 10.0, 50.0, 1.0])
GROUPS = {"county": pd.Series(["a", "a", "b", "b"])}
SITES = pd.DataFrame({"code": ["old", "new1", "new2"], "existing": [True, False, False]})


def test_people_go_to_the_nearest_and_stay_where_it_is_a_tie() -> None:
    access = nearest(MINUTES, np.array([0]), np.array([0, 1, 2]), PEOPLE)
    assert access.site_before.tolist() == [0, 0, 0, 0]
    assert access.site_after.tolist() == [1, 2, 0, 2]
    assert access.after.tolist() == [4, 7, 5, 12]
    assert access.second.tolist() == [10, 8, 5, 60]


def test_the_worth_of_a_site_is_that_of_leaving_it_out() -> None:
    access = nearest(MINUTES, np.array([0]), np.array([0, 1, 2]), PEOPLE)
    sites = measure(access, GROUPS, SITES).sites
    assert sites["code"].tolist() == ["new1", "new2"]
    assert sites["rank"].tolist() == [1, 2]
    assert sites["people_nearest"].tolist() == [100, 11]
    for site, loss in enumerate(sites["loss_if_left_out_minutes"], start=1):
        rest = [0, 3 - site]
        without = nearest(MINUTES, np.array([0]), np.array(rest), PEOPLE).after
        assert loss == pytest.approx((PEOPLE @ (without - access.after)) / PEOPLE.sum())


def test_what_the_sites_save_adds_up_to_the_whole_saving() -> None:
    access = nearest(MINUTES, np.array([0]), np.array([0, 1, 2]), PEOPLE)
    sites = measure(access, GROUPS, SITES).sites
    saving = PEOPLE @ (access.before - access.after)
    assert sites["person_minutes_saved"].sum() == pytest.approx(saving)


def test_equal_losses_are_ranked_by_code() -> None:
    minutes = sparse(np.array([[9.0, 1.0, 9.0], [9.0, 9.0, 1.0]]))
    access = nearest(minutes, np.array([0]), np.array([0, 1, 2]), np.ones(2))
    groups = {"county": pd.Series(["a", "a"])}
    sites = measure(access, groups, SITES.assign(code=["old", "z", "b"])).sites
    assert sites["code"].tolist() == ["b", "z"]


def test_a_region_has_means_worst_and_shares_of_its_own_people() -> None:
    access = nearest(MINUTES, np.array([0]), np.array([0, 1, 2]), PEOPLE)
    table = measure(access, GROUPS, SITES).regions["county"].set_index("label")
    assert table.loc["a", "population"] == 110
    assert table.loc["a", "mean_before"] == pytest.approx((100 * 10 + 10 * 20) / 110)
    assert table.loc["b", "worst_after"] == 12
    assert table.loc["b", "share45_before"] == pytest.approx(50 / 51)


def test_the_only_office_cannot_be_left_out() -> None:
    access = nearest(MINUTES[:, 1:], np.array([0]), np.array([0]), PEOPLE)
    assert np.isinf(access.second).all()


def test_the_table_of_offices_says_how_many_come_from_how_far() -> None:
    access = nearest(MINUTES, np.array([0]), np.array([1, 2]), PEOPLE)
    table = measure(access, GROUPS, SITES).offices
    assert table["code"].tolist() == ["old", "new1", "new2"]
    assert table["stays"].tolist() == [False, True, True]
    assert table["people_nearest"].tolist() == [0, 150, 11]
    assert table["mean_before"].isna().tolist() == [True, False, False]
    assert table.loc[1, "mean_after"] == pytest.approx((100 * 4 + 50 * 5) / 150)


def test_people_who_are_shared_out_have_the_mean_of_their_trips() -> None:
    access = nearest(MINUTES, np.array([0]), np.array([0, 1, 2]), PEOPLE)
    shares = np.array([[0.25, 0.75, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    most = np.array([1, 2, 0, 2])
    out = shared_out(access, MINUTES, csr_array(shares), most)
    assert out.after.tolist() == [0.25 * 10 + 0.75 * 4, 7, 5, 12]
    assert np.isnan(out.second).all()
    assert out.site_after.tolist() == most.tolist()
    assert out.before.tolist() == access.before.tolist()
