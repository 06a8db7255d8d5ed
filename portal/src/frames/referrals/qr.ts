/** The squares of a QR code as the server draws it. */
export type Squares = { size: number; path: string }

/** Reads the picture of the server; null for anything that is no such picture. */
export function readSquares(svg: string): Squares | null {
  const size = /viewBox="0 0 (\d{1,3}) \1"/.exec(svg)?.[1]
  const path = /<path stroke="#000000" d="([Mmhv0-9. -]+)"/.exec(svg)?.[1]
  return size === undefined || path === undefined ? null : { size: Number(size), path }
}

/** Saves a picture as a file. */
export function savePicture(svg: string, name: string): void {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
