import { findPermission, has, MEMBER_ROLES, memberMask } from '@liaison/access'
import type { Permission } from '@liaison/access'
import { createLiaisonClient } from '@liaison/client'
import type { ActingContext, LiaisonClient, Me } from '@liaison/client'
import { createContext, useContext } from 'react'

import { fetchOnce } from './early.ts'

export type FrameKind = 'platform' | 'partner' | 'acting' | 'org'

/** Where the person is. Everything in it comes from the address of this tab and from the server's answers. */
export type Frame = {
  kind: FrameKind
  /** First part of every query key, so that no two frames can share cached data. */
  key: string
  client: LiaisonClient
  me: Me
  partnerId: string
  tenantId: string
  /** The partner in the partner and acting frames, the organisation in its own frame. */
  name: string
  tenantName: string
  role: string
  acting: ActingContext | null
}

export const FrameContext = createContext<Frame | null>(null)

/** The frame of this page. Throws outside one, because then no call could be addressed. */
export function useFrame(): Frame {
  const frame = useContext(FrameContext)
  if (frame === null) throw new Error('This part stands outside every frame.')
  return frame
}

/** The acting frame's answer of the server. Throws in any other frame. */
export function useActing(): Frame & { acting: ActingContext } {
  const frame = useFrame()
  const { acting } = frame
  if (acting === null) throw new Error('This part stands outside the acting frame.')
  return { ...frame, acting }
}

const clients = new Map<string, LiaisonClient>()
const reasons = new Map<string, string>()

/** Sets why this tab works in the tenant; from now on every call there says so. Empty for no reason. */
export function setAccessReason(tenantId: string, reason: string): void {
  reasons.set(tenantId, reason)
}

function fetchWithReason(tenantId: string): (request: Request) => Promise<Response> {
  return (request) => {
    const reason = reasons.get(tenantId) ?? ''
    // Header values are ASCII, so the text travels percent-encoded.
    if (reason !== '') request.headers.set('X-Access-Reason', encodeURIComponent(reason))
    return fetch(request)
  }
}

/** The client that names this tenant in every call, or none when the tenant is empty. One for each tenant. */
export function clientFor(tenantId: string): LiaisonClient {
  const known = clients.get(tenantId)
  if (known !== undefined) return known
  const baseUrl = `${window.location.origin}/api/v1`
  const made = createLiaisonClient({
    baseUrl,
    ...(tenantId === ''
      ? { fetch: fetchOnce }
      : { activeTenantId: tenantId, fetch: fetchWithReason(tenantId) }),
  })
  clients.set(tenantId, made)
  return made
}

/** The key of a frame: kind and the id that the address names. */
export function frameKey(kind: FrameKind, id = ''): string {
  return id === '' ? kind : `${kind}:${id}`
}

/** Whether a role in the own organisation or on the platform has this permission, by the kernel's own table. */
export function roleMay(role: string, permission: Permission): boolean {
  const known = MEMBER_ROLES.find((name) => name === role)
  return known !== undefined && has(memberMask(known), permission)
}

/** Whether a permission depends on a feature that is off for the partner of this frame. */
function isSwitchedOff({ kind, me, partnerId }: Frame, permission: Permission): boolean {
  const feature = kind === 'partner' ? (findPermission(permission)?.feature ?? null) : null
  if (feature === null) return false
  const own = me.frames.find((frame) => frame.kind === 'partner' && frame.id === partnerId)
  return own?.kind === 'partner' && !own.features.includes(feature)
}

/** Whether the person of a frame may do it by the own role; only hides what the server would refuse. Not for the acting frame. */
export const mayIn = (frame: Frame, permission: Permission): boolean =>
  roleMay(frame.role, permission) && !isSwitchedOff(frame, permission)

/** {@link mayIn} of the frame that is open. */
export const useMay = (permission: Permission): boolean => mayIn(useFrame(), permission)

/** Whether the person of a frame may begin what needs this, also while acting; only hides what the server would refuse. */
export const mayBegin = (frame: Frame, { needs }: { needs: Permission }): boolean =>
  frame.acting === null ? mayIn(frame, needs) : frame.acting.permissions.includes(needs)
