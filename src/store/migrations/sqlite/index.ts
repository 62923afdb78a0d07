import { rows0001 } from './0001-rows.ts'

/** In order; the first leads to schema version 1. Released ones never change: a new one is added, with a fixture. */
export const sqliteMigrations: readonly string[] = [rows0001]
