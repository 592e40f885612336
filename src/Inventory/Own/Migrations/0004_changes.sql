-- What each revision touched: rows of the tables above by kind and id, and servers (guest) and networks (guests) whose guests are told something else now.
-- Whoever saw an earlier revision reads here what to look at again. A revision that is not here counts as having touched everything; the oldest are cut off.
CREATE TABLE changes (
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (revision, kind, id)
) STRICT, WITHOUT ROWID;
