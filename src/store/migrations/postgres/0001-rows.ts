/**
 * The same rows, lookups and counters as in SQLite (`../sqlite/0001-rows.ts`), in the schema that the connection's
 * `search_path` names. A row is found by its own key everywhere: there is no number of rows to hand out, and one index
 * less to write. Ids compare byte by byte. Rows are updated in place, so pages keep some room for that.
 */
export const rows0001 = [
  `CREATE TABLE openabha_rows (
    collection text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    expires_at bigint,
    unique_keys bytea[],
    keys bytea[],
    body bytea NOT NULL,
    PRIMARY KEY (collection, id)
  ) WITH (fillfactor = 80)`,
  'CREATE INDEX openabha_rows_by_expiry ON openabha_rows (expires_at) WHERE expires_at IS NOT NULL',

  `CREATE TABLE openabha_unique_lookups (
    key bytea PRIMARY KEY,
    collection text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL
  )`,
  `CREATE TABLE openabha_lookups (
    key bytea NOT NULL,
    id text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, id)
  )`,

  `CREATE TABLE openabha_counters (
    key bytea PRIMARY KEY,
    count integer NOT NULL,
    ends_at bigint NOT NULL
  ) WITH (fillfactor = 50)`,
  'CREATE INDEX openabha_counters_by_end ON openabha_counters (ends_at)',
]
