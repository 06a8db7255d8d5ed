type File = { name: string; type: string; text: string }

/** Saves the file; gives its SHA-256, or nothing where the browser computes none because the portal came unencrypted. */
export async function saveFile({ name, type, text }: File): Promise<string | null> {
  const bytes = new TextEncoder().encode(text)
  const digest = window.isSecureContext ? await crypto.subtle.digest('SHA-256', bytes) : null
  const address = URL.createObjectURL(new Blob([bytes], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
  return digest && Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
