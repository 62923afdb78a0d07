export type District = { code: string; name: string; stateCode: string; stateName: string }

/** The same key for `SURENDRA NAGAR` and `Surendranagar`, `DAMAN & DIU` and `Daman And Diu`. */
export const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('&', 'and')
    .replace(/[^a-z0-9]/g, '')

const oneSpace = (name: string): string => name.trim().replace(/\s+/g, ' ')

/** The list of lgd-districts.tsv, with its stray double spaces taken out of the names. */
export const readDistricts = (tsv: string): District[] =>
  tsv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [stateCode = '', stateName = '', code = '', name = ''] = line.split('\t')
      return { code, name: oneSpace(name), stateCode, stateName: oneSpace(stateName) }
    })
