import { qrContent } from '../../abdm/wire/qr-content.ts'
import type { AddressRow, PersonRow } from '../world/people.ts'
import { accountOf, type detailsOf, profileOf } from '../world/profiles.ts'
import { addressesOf } from './abha-otp.ts'
import type { World } from './answer.ts'

/** The pictures of an address (PHR) and of an ABHA number (ABHA service); the code holds what the profile says. */

type Shown = { readonly content: ReturnType<typeof qrContent>; readonly photo: string }

const shownAddress = ({ body }: AddressRow): Shown => {
  const profile: ReturnType<typeof detailsOf> & { abhaNumber?: string } = profileOf(body, 1)
  return {
    content: qrContent({
      abhaNumber: profile.abhaNumber,
      abhaAddress: body.name,
      name: profile.fullName,
      gender: profile.gender,
      day: profile.dayOfBirth,
      month: profile.monthOfBirth,
      year: profile.yearOfBirth,
      mobile: profile.mobile,
      address: profile.address,
      stateName: profile.stateName,
      stateCode: profile.stateCode,
      districtName: profile.districtName,
      districtCode: profile.districtCode,
    }),
    photo: body.profilePhoto,
  }
}

const shownPerson = async (person: PersonRow, world: World): Promise<Shown> => {
  const theirs = (await addressesOf(person, world)).map(({ body }) => body)
  const profile = accountOf(person.body, theirs)
  return {
    content: qrContent({
      abhaNumber: profile.ABHANumber,
      abhaAddress: profile.preferredAbhaAddress,
      name: profile.name,
      gender: profile.gender,
      day: profile.dayOfBirth,
      month: profile.monthOfBirth,
      year: profile.yearOfBirth,
      mobile: profile.mobile,
      address: profile.address,
      stateName: profile.stateName,
      stateCode: profile.stateCode,
      districtName: profile.districtName,
      districtCode: profile.districtCode,
    }),
    photo: person.body.profilePhoto ?? '',
  }
}

const cardOf = ({ content, photo }: Shown, { images }: World): Promise<Buffer> =>
  images.card(
    {
      name: content.name ?? '',
      abhaNumber: content.hidn ?? '',
      abhaAddress: content.hid ?? '',
      birthDate: content.dob ?? '',
      gender: content.gender ?? '',
      mobile: content.mobile ?? '',
      photo,
    },
    JSON.stringify(content),
  )

const codeOf = ({ content }: Shown, { images }: World): Promise<Buffer> => images.qr(JSON.stringify(content))

export const addressCard = (row: AddressRow, world: World) => cardOf(shownAddress(row), world)
export const addressCode = (row: AddressRow, world: World) => codeOf(shownAddress(row), world)
export const personCard = async (row: PersonRow, world: World) => cardOf(await shownPerson(row, world), world)
export const personCode = async (row: PersonRow, world: World) => codeOf(await shownPerson(row, world), world)
