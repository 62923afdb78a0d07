/** The Verhoeff check digit of an Aadhaar number: multiplication in the dihedral group D5, with a permutation by place. */

const times = (left: number, right: number): number =>
  left < 5
    ? right < 5
      ? (left + right) % 5
      : ((left + right) % 5) + 5
    : right < 5
      ? ((left - right + 5) % 5) + 5
      : (left - right + 5) % 5

const step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4] as const
const permuted = (digit: number, place: number): number => {
  let value = digit
  for (let turn = place % 8; turn > 0; turn--) value = step[value] ?? 0
  return value
}

const sum = (digits: string, firstPlace: number): number =>
  [...digits].reverse().reduce((total, digit, index) => times(total, permuted(Number(digit), firstPlace + index)), 0)

export const verhoeffDigit = (digits: string): string => {
  const total = sum(digits, 1)
  return String([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((digit) => times(total, digit) === 0))
}

export const isVerhoeffValid = (digits: string): boolean => sum(digits, 0) === 0

/** Twelve digits, the first 2 to 9, with a right check digit (abdm-v3 §18). */
export const isAadhaarNumber = (text: string): boolean => /^[2-9][0-9]{11}$/.test(text) && isVerhoeffValid(text)

export const aadhaarNumberFrom = (elevenDigits: string): string => elevenDigits + verhoeffDigit(elevenDigits)
