"""What the studio's ledger says, as tables: every purchase with how it ended, budgets, and estimates."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from events import ledger as f
from events.log import Entry
from projections import tables
from projections.tables import change, put


def budget_set(connection: Connection, entry: Entry, fact: f.BudgetSet) -> None:
    if fact.limit is None:
        connection.execute(delete(tables.budgets).where(tables.budgets.c.scope == fact.scope))
    else:
        put(connection, tables.budgets, scope=fact.scope, dollars=fact.limit)


def estimated(connection: Connection, entry: Entry, fact: f.CostEstimated) -> None:
    put(connection, tables.estimates, project=str(fact.project), dollars=fact.dollars)


def reserved(connection: Connection, entry: Entry, fact: f.CostReserved) -> None:
    told = fact.purchase.model_dump(mode="json", include=set(tables.purchases.c.keys()))
    told |= {"status": "RESERVED", "reserved": fact.purchase.dollars, "reserved_at": _when(entry)}
    put(connection, tables.purchases, **told | {"series_id": str(fact.purchase.series_id or "")})


def doubted(connection: Connection, entry: Entry, fact: f.CostDoubted) -> None:
    change(connection, tables.purchases, {"purchase_id": fact.purchase_id}, status="UNKNOWN", reason=fact.reason)


def settled(connection: Connection, entry: Entry, fact: f.CostSettled) -> None:
    told = {"status": fact.ending.upper(), "spent": fact.dollars, "reserved": 0.0, "settled_at": _when(entry)}
    change(connection, tables.purchases, {"purchase_id": fact.purchase_id}, **told)


def _when(entry: Entry) -> str:
    return entry.recorded.occurred_at.isoformat()


HANDLERS = {
    f.BudgetSet: (budget_set,),
    f.CostEstimated: (estimated,),
    f.CostReserved: (reserved,),
    f.CostDoubted: (doubted,),
    f.CostSettled: (settled,),
}
