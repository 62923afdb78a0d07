/**
 * Rows, their lookups, counters.
 *
 * `rows` keeps bodies in the order of their coming, so that the indexes above it stay small and a million short-lived
 * rows are written and swept side by side. A row carries its own lookup keys (16 bytes each, joined): whoever removes
 * it knows what else to remove without decrypting it and without an index for the way back.
 */
export const rows0001 = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE rows (
    row INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    expires_at INTEGER,
    unique_keys BLOB,
    keys BLOB,
    body BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX rows_by_id ON rows (collection, id);
  CREATE INDEX rows_by_expiry ON rows (expires_at) WHERE expires_at IS NOT NULL;

  CREATE TABLE unique_lookups (key BLOB PRIMARY KEY, row INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- The id is here so that a search comes out in the order of ids without sorting.
  CREATE TABLE lookups (
    key BLOB NOT NULL,
    id TEXT NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (key, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE counters (
    key BLOB PRIMARY KEY,
    count INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counters_by_end ON counters (ends_at);
`
