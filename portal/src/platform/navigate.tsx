import { useParams, useRouter, useRouterState } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { ComponentPropsWithoutRef, MouseEvent } from 'react'

/** A part of the present address by its name in the route. Empty when the route has no such part. */
export function useParam(name: string): string {
  const params: unknown = useParams({ strict: false })
  if (typeof params !== 'object' || params === null) return ''
  const value: unknown = Reflect.get(params, name)
  return typeof value === 'string' ? value : ''
}

export function usePathname(): string {
  return useRouterState({ select: (state) => state.location.pathname })
}

/** The path whose page is shown; it follows the address once the new page has taken the old one's place. */
export function useShownPath(): string {
  return useRouterState({ select: (state) => (state.resolvedLocation ?? state.location).pathname })
}

export function useSearchText(): string {
  return useRouterState({ select: (state) => state.location.searchStr })
}

/** Goes to an address of the portal without loading the page again. */
export function useGo(): (address: string, options?: { replace?: boolean }) => void {
  const { history } = useRouter()
  return useCallback(
    (address, options) => {
      if (options?.replace === true) history.replace(address)
      else history.push(address)
    },
    [history],
  )
}

/** True for a click that the browser should not handle as "open in a new tab". */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}

type GoLinkProps = Omit<ComponentPropsWithoutRef<'a'>, 'href'> & { to: string }

/** A link inside the portal; a real anchor, so that it opens in a new tab like any other. */
export function GoLink({ to, onClick, children, ...others }: GoLinkProps) {
  const go = useGo()
  return (
    <a
      {...others}
      href={to}
      onClick={(event) => {
        onClick?.(event)
        if (event.defaultPrevented || !isPlainClick(event)) return
        event.preventDefault()
        go(to)
      }}
    >
      {children}
    </a>
  )
}
