/** DER: tag, length, content. */
export const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)

/** Not negative; a digit more in front where the first bit would say otherwise. */
export const integer = (value: bigint): Buffer => {
  const hex = value.toString(16)
  const even = hex.padStart(hex.length + (hex.length % 2), '0')
  return der(0x02, Buffer.from(even >= '8' ? `00${even}` : even, 'hex'))
}
