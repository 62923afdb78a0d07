import type { Services } from '../../app.ts'
import type { Caller, Named } from '../../clients.ts'
import { indiaDate, indiaOffsetTime, twoDigits } from '../../clock.ts'
import { error } from '../../errors.ts'
import type { Facility, Patient } from '../../facilities.ts'
import { FacilityRefused, type Issued } from '../../facilities.ts'
import {
  AbhaAddress,
  BirthDayText,
  BirthMonthText,
  BirthYearText,
  forms,
  GenderText,
  Handle,
  isRealDate,
  Latitude,
  Line,
  Longitude,
  Mobile,
  Nullable,
  OneOf,
  PersonName,
  Pincode,
} from '../../fields.ts'
import { sha256 } from '../../ids.ts'
import type { Outbox } from '../../outbox.ts'
import { type Static, Type } from '../../schema.ts'
import type { Collection, Row, Store } from '../../store/store.ts'
import type { ConnectProfile } from './connect-profile.ts'

/** Handing a profile to a facility: what is asked, kept and answered. */

export const shareFields = {
  hip_id: Handle('Facility identifier.'),
  counter_id: Handle('Counter code read from the facility’s QR code.'),
  location: Type.Optional(
    Type.Object({
      latitude: Type.Optional(Nullable(Latitude)),
      longitude: Type.Optional(Nullable(Longitude)),
    }),
  ),
  patient: Type.Optional(
    Type.Object({
      abha_address: AbhaAddress,
      name: PersonName('Full name.'),
      gender: GenderText,
      day_of_birth: BirthDayText,
      month_of_birth: BirthMonthText,
      year_of_birth: BirthYearText,
      mobile: Mobile,
      address: Type.Optional(
        Type.Object({
          line: Type.Optional(Line('Street address.')),
          district: Type.Optional(Line('District.')),
          state: Type.Optional(Line('State.')),
          pin_code: Pincode,
        }),
      ),
    }),
  ),
}

export const ShareStatus = OneOf(['success', 'processing', 'failed'])

const maybe = Type.Optional(Type.String({ 'x-redact': true }))
const text = Type.String({ 'x-redact': true })
const patient = Type.Object({
  abha_address: text,
  name: text,
  gender: text,
  day_of_birth: text,
  month_of_birth: text,
  year_of_birth: text,
  mobile: text,
  address: Type.Optional(Type.Object({ line: maybe, district: maybe, state: maybe, pin_code: text })),
})

const share = Type.Object({
  workspace: Type.String(),
  oid: Type.String(),
  requestId: Type.String(),
  hipId: Type.String(),
  counterId: Type.String(),
  status: ShareStatus,
  endsAt: Type.Integer(),
  location: Type.Object({ latitude: maybe, longitude: maybe }),
  /** Gone as soon as the facility has answered. */
  patient: Type.Optional(patient),
  tokenNumber: Type.Optional(Type.String()),
  expiresAt: Type.Optional(Type.Integer()),
})
export type Share = Static<typeof share>
export const shareRows: Collection<Share> = {
  name: 'share',
  body: share,
  lookups: {
    user: { unique: false, values: ({ oid }) => oid },
    own: { unique: true, values: ({ workspace, oid, requestId }) => `${workspace}/${oid}/${requestId}` },
    request: { unique: false, values: ({ workspace, requestId }) => `${workspace}/${requestId}` },
  },
}

/** Everything that was shared for a user goes with the user. */
export const forgetShares = async ({ store }: Services, oid: string): Promise<void> => {
  for (let rows = await store.find(shareRows, 'user', oid); rows.length > 0; ) {
    for (const { id } of rows) await store.take(shareRows, id)
    rows = await store.find(shareRows, 'user', oid)
  }
}

/** How long a client may poll a request. */
export const shareKeptMs = 86_400_000

/** The work of a process that died is taken up after a pause (outbox.ts); a request lives long enough for it to be begun then. */
const mayBeginForMs = 180_000

/** When a request has failed whatever became of it. */
export const endOfShare = (now: number, shareTimeoutSeconds: number): number =>
  now + mayBeginForMs + shareTimeoutSeconds * 1000

/**
 * A request_id of the client's is one request among all of its users. One that a user's bearer brings is that user's alone, so
 * that nobody learns by it what others have taken.
 */
export const shareId = (workspace: string, requestId: string, onlyOid?: string): string =>
  sha256(onlyOid === undefined ? `share/${workspace}/${requestId}` : `share-of/${onlyOid}/${workspace}/${requestId}`)

export const facilityFor = ({ facilities }: Services, hipId: string, counterId: string): Facility => {
  const facility = facilities.find(hipId, counterId)
  if (!facility) throw error.facilityUnknown()
  return facility
}

/** What the schema cannot say about a birth date in three texts. */
export const refuseUnborn = (patient: Patient, now: number): void => {
  const { year_of_birth: year, month_of_birth: month, day_of_birth: day } = patient
  const today = indiaDate(now)
  if (year > today.slice(0, 4)) {
    throw error.invalidField({ message: `patient.year_of_birth must be ${forms.birthYear.rule}` })
  }
  if (!day || !month) return
  const isReal = isRealDate(Number(year), Number(month), Number(day))
  if (isReal && `${year}-${twoDigits(month)}-${twoDigits(day)}` <= today) return
  throw error.invalidField({
    message: 'patient.day_of_birth, month_of_birth and year_of_birth must be a date that is not in the future',
  })
}

/** The stored profile as a facility gets it: birth parts are text here. */
export const patientFrom = (profile: ConnectProfile, abhaAddress: string): Patient => ({
  abha_address: abhaAddress,
  name: profile.full_name ?? '',
  gender: profile.gender ?? '',
  day_of_birth: String(profile.day_of_birth ?? ''),
  month_of_birth: String(profile.month_of_birth ?? ''),
  year_of_birth: String(profile.year_of_birth ?? ''),
  mobile: profile.mobile ?? '',
  ...(profile.pincode && {
    address: {
      ...(profile.address && { line: profile.address }),
      ...(profile.district_name && { district: profile.district_name }),
      ...(profile.state_name && { state: profile.state_name }),
      pin_code: profile.pincode,
    },
  }),
})

type Where = { latitude?: string | null; longitude?: string | null } | undefined
export const placeFrom = (location: Where) => ({
  ...(location?.latitude && { latitude: location.latitude }),
  ...(location?.longitude && { longitude: location.longitude }),
})

/** Waits for the facility, and no longer than the setting says, or until the other signal comes. */
export const handOver = async (
  { facilities, shareTimeoutSeconds }: Pick<Services, 'facilities' | 'shareTimeoutSeconds'>,
  facility: Facility,
  handover: { requestId: string; patient: Patient; location: { latitude?: string; longitude?: string } },
  until?: AbortSignal,
): Promise<Issued> => {
  const late = AbortSignal.timeout(shareTimeoutSeconds * 1000)
  try {
    return await facilities.hand(facility, handover, until ? AbortSignal.any([late, until]) : late)
  } catch (thrown) {
    if (thrown instanceof FacilityRefused) throw error.shareRefused({ cause: thrown })
    if (late.aborted) throw error.facilityTooSlow({ cause: thrown })
    if (until?.aborted) throw error.stopping({ cause: thrown })
    throw error.shareRefused({ cause: thrown })
  }
}

/** A request as its poll sees it: one whose time is over has failed, whether or not anybody has written that down. */
export const shareAnswer = (row: Row<Share>, now: number) => {
  const { requestId, status, endsAt, tokenNumber, expiresAt } = row.body
  return {
    request_id: requestId,
    status: status === 'processing' && now >= endsAt ? ('failed' as const) : status,
    ...(status === 'success' && tokenNumber && { token_number: tokenNumber }),
    ...(status === 'success' && expiresAt && { expiry: indiaOffsetTime(expiresAt) }),
  }
}

const kind = 'share'

/** The write that lets a queued share be done in the background. A facility that hangs keeps only its own client's shares waiting. */
export const queueing = (
  { outbox, clock }: Pick<Services, 'outbox' | 'clock'>,
  id: string,
  { workspace, hipId }: Pick<Share, 'workspace' | 'hipId'>,
) => outbox.adding(kind, { id }, { expiresAt: clock.now() + shareKeptMs, lane: `${workspace}/${hipId}` })

/**
 * Does queued shares. The row's id is the facility's key, so a share that is done again after a crash gets the same token, and
 * another client's request of the same name another one. Begun only when it will be over before the request has failed.
 */
export const workOnShares = (
  deps: Pick<Services, 'facilities' | 'shareTimeoutSeconds' | 'clock'> & { store: Store; outbox: Outbox },
): void => {
  const { store, clock, outbox } = deps
  outbox.on(kind, async (payload) => {
    const { id } = payload as { id: string }
    const row = await store.get(shareRows, id)
    if (row?.body.status !== 'processing' || !row.body.patient) return undefined
    const { patient, location, ...rest } = row.body
    const base = { ...rest, location: {} }
    const facility = deps.facilities.find(rest.hipId, rest.counterId)
    const issued =
      facility && clock.now() + deps.shareTimeoutSeconds * 1000 <= rest.endsAt
        ? await handOver(deps, facility, { requestId: id, patient, location }).catch(() => undefined)
        : undefined
    const body: Share = issued
      ? {
          ...base,
          status: 'success',
          tokenNumber: issued.tokenNumber,
          expiresAt: clock.now() + issued.validSeconds * 1000,
        }
      : { ...base, status: 'failed' }
    await store.update(shareRows, row, body)
    return undefined
  })
}

/** The request of that name: the user's, else what this caller may know of others of the name. */
export const shareNamed = async (
  { store }: Pick<Services, 'store'>,
  { workspace, onlyOid }: Caller,
  requestId: string,
  oid: string | undefined,
): Promise<Row<Share> | undefined> => {
  const [own] = oid === undefined ? [] : await store.find(shareRows, 'own', `${workspace}/${oid}/${requestId}`)
  const row = own ?? (await store.get(shareRows, shareId(workspace, requestId)))
  return onlyOid === undefined || row?.body.oid === onlyOid ? row : undefined
}

/** A request as its poll finds it. What users brought with their bearers the client finds too, naming the user where two are named alike. */
export const polledShare = async (deps: Services, caller: Caller, named: Named, requestId: string) => {
  const oid = caller.onlyOid ?? named.oid ?? (await deps.people.named(caller, named))?.id
  const row = await shareNamed(deps, caller, requestId, oid)
  if (row) return row
  const [ofUser, another] =
    caller.onlyOid === undefined
      ? await deps.store.find(shareRows, 'request', `${caller.workspace}/${requestId}`, { limit: 2 })
      : []
  if (!ofUser || another) throw error.shareUnknown()
  return ofUser
}
