import { twoDigits } from '../../clock.ts'

/** What ABDM writes into the QR code of an ABHA card (§21): one flat object of texts, two keys with a blank; empty ones are left out. */

export type QrSubject = {
  readonly abhaNumber?: string | null | undefined
  readonly abhaAddress?: string | null | undefined
  readonly name?: string | null | undefined
  readonly gender?: string | null | undefined
  readonly day?: string | number | null | undefined
  readonly month?: string | number | null | undefined
  readonly year?: string | number | null | undefined
  readonly mobile?: string | null | undefined
  readonly address?: string | null | undefined
  readonly stateName?: string | null | undefined
  readonly stateCode?: string | null | undefined
  readonly districtName?: string | null | undefined
  readonly districtCode?: string | null | undefined
}

/** dd-MM-yyyy, or as much of it as is known. */
export const qrBirthDate = ({ day, month, year }: QrSubject): string =>
  [day, month, year]
    .filter((part) => part !== null && part !== undefined && part !== '' && Number(part) !== 0)
    .map(twoDigits)
    .join('-')

export const qrContent = (subject: QrSubject): { [key: string]: string } => {
  const { abhaNumber, abhaAddress, name, gender, mobile, address, stateName, stateCode, districtName, districtCode } =
    subject
  const content = {
    hidn: abhaNumber,
    hid: abhaAddress,
    phr: abhaAddress,
    name,
    gender,
    dob: qrBirthDate(subject),
    mobile,
    address,
    'state name': stateName,
    'dist name': districtName,
    district_name: districtName,
    statelgd: stateCode,
    distlgd: districtCode,
  }
  return Object.fromEntries(Object.entries(content).flatMap(([key, value]) => (value ? [[key, value] as const] : [])))
}
