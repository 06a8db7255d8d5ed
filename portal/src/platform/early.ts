const early = new Map<string, Promise<Response>>()

function keyOf(request: Request): string {
  return `${request.method} ${request.url} ${request.headers.get('X-Active-Tenant-Id') ?? ''}`
}

/** Sends a read before the code that needs its answer is there. */
export function askEarly(path: string): void {
  const request = new Request(new URL(path, window.location.origin))
  const answer = fetch(request)
  early.set(keyOf(request), answer)
  // Who takes the answer hears what went wrong.
  answer.catch(() => undefined)
}

/** The answer to a read that was sent early, the first time that it is asked for; else sends it. */
export function fetchOnce(request: Request): Promise<Response> {
  const key = keyOf(request)
  const answer = early.get(key)
  early.delete(key)
  return answer ?? fetch(request)
}
