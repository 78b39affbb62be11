"""The list of AI crawlers: whole, in order, and with judgements that hold together."""

import json
from importlib.resources import files

import pytest
import yaml

from datasummary.ai_crawlers import AiCrawlers, load_ai_crawlers

CRAWLERS = {crawler.name: crawler for crawler in load_ai_crawlers()}


def test_the_list_says_where_its_facts_come_from_and_stands_in_order_each_name_once():
    listed = AiCrawlers.model_validate(
        yaml.safe_load(files("datasummary").joinpath("policies", "ai-crawlers.yaml").read_text("utf-8"))
    )
    assert (listed.source, listed.licence) == ("ai.robots.txt", "MIT")
    names = [crawler.name.casefold() for crawler in listed.crawlers]
    assert names == sorted(set(names))


def test_the_list_holds_the_names_of_the_facts_it_was_made_from(shared_data):
    facts = json.loads((shared_data / "ai-crawlers.json").read_text("utf-8"))
    assert {name.casefold() for name in CRAWLERS} == {name.casefold() for name in facts}


@pytest.mark.parametrize(
    "name",
    [
        *("AI2Bot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot", "Diffbot", "FacebookBot"),
        *("cohere-training-data-crawler", "Google-Extended", "GPTBot", "img2dataset", "Meta-ExternalAgent", "PanguBot"),
    ],
)
def test_a_well_known_crawler_collects_for_training(name):
    assert CRAWLERS[name].collects_for_training == "yes"


@pytest.mark.parametrize("name", ["ChatGPT-User", "OAI-SearchBot", "Claude-User", "PerplexityBot", "MistralAI-User"])
def test_an_assistant_or_a_search_does_not(name):
    assert CRAWLERS[name].collects_for_training == "no"


def test_who_is_said_to_train_is_no_assistant_and_who_is_unknown_is_no_yes():
    functions = {crawler.function for crawler in CRAWLERS.values() if crawler.collects_for_training == "yes"}
    assert functions == {"training", "training_and_search", "data_provider", "archive"}
    assert {c.collects_for_training for c in CRAWLERS.values() if c.function == "unknown"} == {"unclear"}
