import type { Static } from 'typebox'
import type { Services } from '../app.ts'
import type { Caller, Named } from '../clients.ts'
import { error } from '../errors.ts'
import type { AbhaSession, Person } from '../people.ts'
import type { Write } from '../store/store.ts'
import { type EkaIds, ekaIds } from './answers.ts'

/**
 * Ends a flow at an ABHA address: the person is bound to a user, the session kept, and a new address reported, all in the
 * one guarded write that `move` makes of the transaction. Of two callers at once one gets here.
 */
export const endAt = async (
  { people, clients, webhooks }: Services,
  caller: Caller,
  named: Named,
  { person, session, isCreated }: { person: Person; session: AbhaSession; isCreated: boolean },
  move: (writes: () => Promise<readonly Write[]>) => Promise<unknown>,
): Promise<Static<typeof EkaIds>> => {
  let user: { oid: string; uuid: string } | undefined
  let reports: readonly Write[] = []
  await move(async () => {
    const { writes, ...bound } = await people.bind(caller, named, person, session)
    user = bound
    if (isCreated) reports = await webhooks.abhaCreated(caller, named, person, bound.oid)
    return [...writes, ...reports]
  })
  if (!user) throw error.internal()
  // A look for jobs is a few questions to the database: only where there is one.
  if (reports.length > 0) webhooks.wake()
  return ekaIds(clients, caller, user.oid, user.uuid)
}
