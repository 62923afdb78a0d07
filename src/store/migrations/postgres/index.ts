import { rows0001 } from './0001-rows.ts'

/** In order, each a list of statements; the first leads to schema version 1. Released ones never change: a new one is added, with a fixture. */
export const postgresMigrations: readonly (readonly string[])[] = [rows0001]
