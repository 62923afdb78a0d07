import type { Services } from '../../app.ts'
import type { Caller } from '../../clients.ts'
import { indiaOffsetTime } from '../../clock.ts'
import { error } from '../../errors.ts'
import type { Patient } from '../../facilities.ts'
import { Handle, Nullable, Text } from '../../fields.ts'
import { newUuid } from '../../ids.ts'
import { addressesOf, type User } from '../../people.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import type { Row } from '../../store/store.ts'
import { readProfile } from './connect-profile.ts'
import { UserXToken } from './kyc/init.ts'
import {
  endOfShare,
  facilityFor,
  forgetShares,
  handOver,
  patientFrom,
  placeFrom,
  polledShare,
  queueing,
  refuseUnborn,
  type Share,
  ShareStatus,
  shareAnswer,
  shareFields,
  shareId,
  shareKeptMs,
  shareNamed,
  shareRows,
} from './sharing.ts'

const moment = (description: string) => Type.String({ description, format: 'date-time' })

/** What the facility gets: the patient of the body, else the profile as ABDM has it now. */
const patientOf = async (
  { abdm, people, clock }: Services,
  { onlyOid }: Caller,
  user: Row<User>,
  given: Patient | undefined,
  userToken?: string,
): Promise<Patient> => {
  if (given) refuseUnborn(given, clock.now())
  const addresses = addressesOf(user.body)
  // A client may know better than we do whom it shares; a user shares their own details.
  if (onlyOid !== undefined && given && !addresses.includes(given.abha_address)) throw error.notForThisUser()
  // Read also when the patient is given: a person whose session is over shares nothing.
  const asUser = await people.acting(user, userToken)
  return asUser(async (session) => {
    const profile = await readProfile(abdm, session, addresses)
    return given ?? patientFrom(profile, session.abhaAddress)
  })
}

const firstAnswer = (row: Row<Share>, oid: string, now: number) => {
  if (row.body.oid !== oid) throw error.invalidField({ message: 'request_id is taken by another request' })
  const { request_id, status } = shareAnswer(row, now)
  return { request_id, status }
}

/**
 * Hands the profile to a facility and waits for its token number. `patient` left out: the stored profile. A facility that does
 * not answer in time is 504, one that takes nothing is the published 500 of ABDM-1018. Newer clients use v2, which does not wait.
 */
export const shareAndWait = route({
  method: 'POST',
  path: '/abdm/v1/profile/share',
  operationId: 'profileShareV1',
  tag: 'share',
  summary: 'Share the profile with a facility and wait for its token',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  body: Type.Object(shareFields),
  reply: Type.Object({
    hip_id: Text('Facility identifier.'),
    hip_name: Text('Name of the facility.'),
    address: Type.String({ description: 'Address of the facility.' }),
    request_id: Text('Handle of the request.'),
    token_number: Text('What to show at the counter.'),
    token_expiry: moment('Until when the token is good.'),
    show_token_screen: Type.Boolean({ description: 'Whether to show the token to the person.' }),
    footer: Text('A line of the facility’s for the person.'),
    created_at: moment('When the facility issued it.'),
  }),
  errors: ['userNotNamed', 'userUnknown', 'facilityUnknown', 'shareRefused', 'facilityTooSlow'],
  upstream: true,
  async handle({ body, caller, named }, deps) {
    const facility = facilityFor(deps, body.hip_id, body.counter_id)
    const patient = await patientOf(deps, caller, await deps.people.required(caller, named), body.patient)
    const requestId = newUuid()
    const handover = { requestId, patient, location: placeFrom(body.location) }
    const issued = await handOver(deps, facility, handover, deps.givingUp)
    const now = deps.clock.now()
    return {
      hip_id: facility.hip_id,
      hip_name: facility.name,
      address: facility.address,
      request_id: requestId,
      token_number: issued.tokenNumber,
      token_expiry: indiaOffsetTime(now + issued.validSeconds * 1000),
      show_token_screen: true,
      footer: issued.footer,
      created_at: indiaOffsetTime(now),
    }
  },
})

/**
 * Queues the profile for a facility and answers at once; poll the request_id. A request_id of the client's own makes it safe to
 * repeat: the same one again answers the same request, whatever else the body says; another user's is 400. With a user's own
 * bearer it is that user's alone, and tells nothing of others.
 */
export const shareQueued = route({
  method: 'POST',
  path: '/abdm/v2/profile/share',
  operationId: 'profileShareV2',
  tag: 'share',
  summary: 'Share the profile with a facility',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  body: Type.Object({
    ...shareFields,
    request_id: Type.Optional(Handle('Handle for polling; the same one again is the same request.')),
    user_x_token: Type.Optional(UserXToken),
  }),
  reply: Type.Object({ request_id: Text('Handle for polling.'), status: ShareStatus }),
  status: 202,
  errors: ['userNotNamed', 'userUnknown', 'facilityUnknown'],
  upstream: true,
  async handle({ body, caller, named }, deps) {
    const { store, clock, outbox, people, shareTimeoutSeconds } = deps
    const user = await people.required(caller, named)
    const requestId = body.request_id ?? newUuid()
    const id = shareId(caller.workspace, requestId, caller.onlyOid)
    const known = body.request_id === undefined ? undefined : await shareNamed(deps, caller, requestId, user.id)
    if (known) return firstAnswer(known, user.id, clock.now())
    facilityFor(deps, body.hip_id, body.counter_id)
    const patient = await patientOf(deps, caller, user, body.patient, body.user_x_token)
    const share: Share = {
      workspace: caller.workspace,
      oid: user.id,
      requestId,
      hipId: body.hip_id,
      counterId: body.counter_id,
      status: 'processing',
      endsAt: endOfShare(clock.now(), shareTimeoutSeconds),
      location: placeFrom(body.location),
      patient,
    }
    const also = [queueing(deps, id, share)]
    const made = await store.insert(shareRows, id, share, { expiresAt: clock.now() + shareKeptMs, also })
    const row = made ?? (await shareNamed(deps, caller, requestId, user.id))
    if (!row) throw error.internal()
    // Removed meanwhile: a removal that comes later sees the row and takes it away itself.
    if (!(await people.isUser(user.id))) {
      await forgetShares(deps, user.id)
      throw error.userUnknown()
    }
    if (made) outbox.wake()
    return firstAnswer(row, user.id, clock.now())
  },
})

/**
 * How far a queued share is: processing, then success with the facility's token, or failed. A request of another client: 404.
 * Requests that users have named alike with their own bearers are told apart by the user that the client names; without one: 404.
 */
export const shareStatus = route({
  method: 'GET',
  path: '/abdm/v2/profile/share/{request_id}',
  operationId: 'profileShareV2Status',
  tag: 'share',
  summary: 'Poll a share request',
  auth: 'client-or-user',
  names: 'headers',
  params: Type.Object({ request_id: Handle('request_id of the first call.') }),
  reply: Type.Object({
    request_id: Text('Handle for polling.'),
    status: ShareStatus,
    token_number: Type.Optional(Text('What to show at the counter.')),
    expiry: Type.Optional(Nullable(moment('Until when the token is good.'))),
  }),
  errors: ['shareUnknown'],
  async handle({ params, caller, named }, deps) {
    return shareAnswer(await polledShare(deps, caller, named, params.request_id), deps.clock.now())
  },
})
