import { abhaAddressPattern } from '../../abdm/wire/parts.ts'

/** What a value must look like once it is in clear (abdm-v3 §18). */

const matches = (pattern: RegExp) => (text: string) => pattern.test(text)

export const isMobile = matches(/^[6-9][0-9]{9}$/)
export const isAbhaNumber = matches(/^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{4}$/)
export const isPincode = matches(/^[1-9][0-9]{5}$/)
export const isOtp = matches(/^[0-9]{6}$/)
export const isEmail = matches(/^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/)
export const isPassword = matches(/^(?=.*[A-Z])(?=.*\d)(?=.*[!@#$^*_-])[A-Za-z\d!@#$%^&*_-]{8,}$/)

const isAddress = matches(new RegExp(abhaAddressPattern))
const isNumber = matches(/^([6-9][0-9]{9}|[0-9]{14})@/)

/** An ABHA address as it is stored: lower case, with this environment's suffix; undefined when it is not one. */
export const readAddress = (text: string, suffix: string): string | undefined => {
  const name = text.toLowerCase()
  return isAddress(name) && name.endsWith(`@${suffix}`) ? name : undefined
}

/** A mobile or an ABHA number may be an address, but nobody chooses one. */
export const isChoosable = (name: string): boolean => !isNumber(name)
