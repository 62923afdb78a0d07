import assert from 'node:assert/strict'
import type { Product } from './harness.ts'
import { freshAddress } from './walks.ts'

/** Synthetic people of a test's own, so that no two tests share somebody. */

export type Citizen = {
  aadhaar_number: string
  mobile: string | null
  first_name: string
  middle_name: string | null
  last_name: string
  gender: 'M' | 'F' | 'O'
  year_of_birth: number
  month_of_birth: number | null
  day_of_birth: number | null
  pincode: string
  abha_number: string | null
  abha_addresses: string[]
}

export const addCitizen = async (product: Product, partial: Record<string, unknown>): Promise<Citizen> => {
  const added = await product.send('POST', '/sandbox/v1/citizens', { body: partial })
  assert.equal(added.status, 201, added.text)
  return added.body.citizen
}

let numbers = 0
export const freshAbhaNumber = (): string => {
  const digits = String(++numbers).padStart(4, '0')
  return `91-7000-0000-${digits}`
}

/** Somebody with an ABHA number and one address that is verified by it. */
export const kycAddress = () => ({ abha_number: freshAbhaNumber(), abha_addresses: [freshAddress()] })
