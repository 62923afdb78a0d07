import { setTimeout as pause } from 'node:timers/promises'
import { type Facilities, type Facility, FacilityRefused } from '../facilities.ts'
import { sha256 } from '../ids.ts'
import { Type } from '../schema.ts'
import { productRoute } from './sandbox.ts'

/** Invented facilities, one for each way in which a share can end. */

type Conduct = 'issues' | 'refuses' | 'is silent'
const invented: readonly (Facility & { readonly notes: string; readonly conduct: Conduct })[] = [
  {
    hip_id: 'IN0000000001',
    counter_id: '12345',
    name: 'Namuna District Hospital',
    address: '1 Hospital Road, Ranchi, Jharkhand 834001',
    notes: 'Issues a token number within a second.',
    conduct: 'issues',
  },
  {
    hip_id: 'IN0000000002',
    counter_id: '23456',
    name: 'Maadari Clinic',
    address: '22 Lake View, Bengaluru, Karnataka 560001',
    notes: 'Refuses every patient: the request ends as failed.',
    conduct: 'refuses',
  },
  {
    hip_id: 'IN0000000003',
    counter_id: '34567',
    name: 'Udaharan Diagnostics',
    address: '3 Station Square, Pune, Maharashtra 411001',
    notes: 'Never answers: v1 ends with 504, v2 with failed when its time is over.',
    conduct: 'is silent',
  },
]

const issuesAfterMs = 150
const validSeconds = 1_800
const tokensInCirculation = 999

/** From the request alone, so that asking twice gives one token. */
const tokenFor = (requestId: string): string =>
  String((Buffer.from(sha256(requestId), 'base64url').readUInt32BE(0) % tokensInCirculation) + 1)

export const sandboxFacilities: Facilities = {
  find: (hipId, counterId) => invented.find(({ hip_id, counter_id }) => hip_id === hipId && counter_id === counterId),

  async hand({ hip_id }, { requestId }, signal) {
    const conduct = invented.find((one) => one.hip_id === hip_id)?.conduct
    if (conduct === 'is silent') await pause(2 ** 31 - 1, undefined, { signal, ref: false })
    await pause(issuesAfterMs, undefined, { signal })
    if (conduct !== 'issues') throw new FacilityRefused()
    return { tokenNumber: tokenFor(requestId), validSeconds, footer: 'Show this number at the counter.' }
  },
}

const shown = Type.Object({
  hip_id: Type.String(),
  counter_id: Type.String(),
  name: Type.String(),
  address: Type.String(),
  notes: Type.String(),
})

export const listFacilities = productRoute({
  method: 'GET',
  path: '/sandbox/v1/facilities',
  operationId: 'sandboxFacilities',
  tag: 'sandbox',
  summary: 'The invented facilities, each with a note on how it behaves',
  auth: 'none',
  reply: Type.Object({ facilities: Type.Array(shown) }),
  errors: [],
  handle: async () => ({ facilities: invented.map(({ conduct: _, ...facility }) => facility) }),
})
