/** Hospitals, clinics and labs that a patient's profile can be handed to. ABDM's V3 contract has no operation for it, so this is a port of our own. */

export type Facility = {
  readonly hip_id: string
  readonly counter_id: string
  readonly name: string
  readonly address: string
}

/** What a facility gets to see. */
export type Patient = {
  abha_address: string
  name: string
  gender: string
  day_of_birth: string
  month_of_birth: string
  year_of_birth: string
  mobile: string
  address?: { line?: string; district?: string; state?: string; pin_code: string }
}

export type Handover = {
  /** The facility's key for doing it once: the same request gets the same token. */
  readonly requestId: string
  readonly patient: Patient
  readonly location: { readonly latitude?: string; readonly longitude?: string }
}

export type Issued = { readonly tokenNumber: string; readonly validSeconds: number; readonly footer: string }

/** The facility wants nothing of this patient. */
export class FacilityRefused extends Error {
  override readonly name = 'FacilityRefused'
}

export type Facilities = {
  find(hipId: string, counterId: string): Facility | undefined
  /** Rejects with FacilityRefused, or when the signal ends the wait. */
  hand(facility: Facility, handover: Handover, signal: AbortSignal): Promise<Issued>
}

/** With a real upstream there is no directory of facilities to reach. */
export const noFacilities: Facilities = {
  find: () => undefined,
  hand: async () => {
    throw new FacilityRefused()
  },
}
