"""Money: what was spent and reserved, what may be, and what nobody knows: ``loraframe costs …``."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from drivers.console import Json, answer, open_studio, out, table
from events.errors import InvalidInput

app = typer.Typer(help="What was paid, and what may be.", invoke_without_command=True)
GROUPS = ("project", "series_id", "stage", "engine", "account", "status")


@app.callback()
def costs(
    context: typer.Context,
    episode: Annotated[str, typer.Option(help="Only of this episode.")] = "",
    by: Annotated[str, typer.Option(help=f"Summed up by one of: {', '.join(GROUPS)}.")] = "",
    json: Json = False,
) -> None:
    """Every paid call: what it was for, and how it ended."""
    if context.invoked_subcommand:
        return
    with open_studio() as studio:
        project = str(studio.views.episode(episode)["episode_id"]) if episode else ""
        rows = studio.views.purchases(project)
        if by:
            rows = _summed(rows, by)
        answer({"purchases": rows, "budgets": studio.views.budgets()}, _shown(rows, by), json)


@app.command("budget")
def set_budget(
    dollars: Annotated[float | None, typer.Argument(help="At most so much in all; none takes the budget away.")] = None,
    series: Annotated[str, typer.Option(help="Only for this series.")] = "",
    account: Annotated[str, typer.Option(help="Only for this provider: google, kling, …")] = "",
    episode: Annotated[str, typer.Option(help="Only for this episode.")] = "",
) -> None:
    """Nothing is ordered beyond a budget; what has been ordered is paid."""
    from actors import money

    with open_studio() as studio:
        scope = money.set_budget(studio, dollars, series=series, account=account, episode=episode)
        told = "There is no budget any more" if dollars is None else f"At most ${dollars:.2f}"
        out.print(f"{told} for {scope}.")


@app.command("settle")
def settle(
    purchase_id: Annotated[str, typer.Argument(metavar="PURCHASE", help="As `loraframe costs` shows it.")],
    paid: Annotated[bool, typer.Option("--paid", help="The provider has charged it.")] = False,
    free: Annotated[bool, typer.Option("--free", help="The provider has not charged it.")] = False,
) -> None:
    """Say what became of a call whose outcome nobody knew, after a look at the provider's account."""
    if paid == free:
        raise InvalidInput("Say --paid or --free.")
    from actors import money

    with open_studio() as studio:
        money.settle(studio, purchase_id, paid)
        out.print(f"{purchase_id} is settled. Go on with: loraframe episode resume {str(_project(purchase_id))[:8]}")


def _project(purchase_id: str) -> UUID:
    return UUID(purchase_id.partition("/")[0])


def _summed(rows: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    if by not in GROUPS:
        raise InvalidInput(f"--by takes one of {', '.join(GROUPS)}.")
    groups: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(row[by], {by: row[by], "calls": 0, "reserved": 0.0, "spent": 0.0})
        group |= {"calls": group["calls"] + 1}
        group |= {name: group[name] + row[name] for name in ("reserved", "spent")}
    return [groups[name] for name in sorted(groups)]


def _shown(rows: list[dict[str, Any]], by: str) -> Any:
    columns = (by, "calls") if by else ("purchase_id", "engine", "status", "reason")
    shown = [(*(row[name] for name in columns), f"{row['reserved']:.2f}", f"{row['spent']:.2f}") for row in rows]
    total = [f"{sum(row[name] for row in rows):.2f}" for name in ("reserved", "spent")]
    return table((*columns, "reserved", "spent"), [*shown, ("all", *[""] * (len(columns) - 1), *total)])
