import { getProfile } from './profile.ts'

export const profile = [getProfile]
