import { checkTenantEcho, TenantEchoMismatch } from '@liaison/client'
import { useEffect, useRef, useState } from 'react'

import { readStream } from '../../platform/follow.ts'
import type { StreamEvent } from '../../platform/follow.ts'
import { stopForMismatch } from '../../platform/live.ts'
import { useIsShown } from '../../platform/shown.ts'

const firstPauseMs = 2_000
const longestPauseMs = 60_000

/** Told of each word of the stream: the first says what holds now, the others that it changed. */
type OnHeard = (heard: StreamEvent) => void

type Follow = { tenantId: string; signal: AbortSignal; onOpen: () => void; onHeard: OnHeard }

/** Follows the access to one tenant until the stream ends. True when it is worth opening another one. */
async function followOnce({ tenantId, signal, onOpen, onHeard }: Follow): Promise<boolean> {
  const response = await fetch('/api/v1/partner/context/access', {
    headers: { Accept: 'text/event-stream', 'X-Active-Tenant-Id': tenantId },
    signal,
  })
  checkTenantEcho(tenantId, response)
  if (!response.ok || response.body === null) {
    // Refused: the page asks again itself, and shows why. Too many streams: it goes on asking each minute.
    if (response.status !== 429) onHeard({ event: 'refused', data: null })
    return response.status >= 500
  }
  onOpen()
  await readStream(response.body, (heard) => {
    if (heard.event !== 'end') onHeard(heard)
  })
  return true
}

/** Opens one stream after the other, with growing pauses while the server cannot be reached. */
async function keepFollowing(follow: Follow, onClosed: () => void): Promise<void> {
  let pauseMs = firstPauseMs
  while (!follow.signal.aborted) {
    let mayGoOn = true
    try {
      mayGoOn = await followOnce({
        ...follow,
        onOpen: () => {
          pauseMs = firstPauseMs
          follow.onOpen()
        },
      })
    } catch (error) {
      if (error instanceof TenantEchoMismatch) stopForMismatch()
    }
    onClosed()
    if (!mayGoOn || follow.signal.aborted) return
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

/**
 * Hears at once when the access to a tenant changes, while the page is shown and `isOn`. Answers whether a stream is
 * open; without one the page has to ask from time to time, as before there were streams.
 */
export function useAccessStream(tenantId: string, isOn: boolean, onHeard: OnHeard): boolean {
  const [isConnected, setConnected] = useState(false)
  const latest = useRef(onHeard)
  useEffect(() => {
    latest.current = onHeard
  }, [onHeard])
  const isFollowing = useIsShown() && isOn
  useEffect(() => {
    if (!isFollowing) return
    const controller = new AbortController()
    const follow = {
      tenantId,
      signal: controller.signal,
      onOpen: () => setConnected(true),
      onHeard: (heard: StreamEvent) => latest.current(heard),
    }
    void keepFollowing(follow, () => setConnected(false))
    return () => controller.abort()
  }, [tenantId, isFollowing])
  return isConnected
}
