import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core'
import {
  IconBuildingBroadcastTower,
  IconHeartHandshake,
  IconHome,
  IconMenu2,
  IconMoon,
  IconSearch,
  IconSun,
  IconUser,
  IconUserPin,
} from '@tabler/icons-react'
import type { TablerIcon } from '@tabler/icons-react'
import type { Me } from '@liaison/client'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'

import { useFrame } from '../platform/frame.ts'
import type { FrameKind } from '../platform/frame.ts'
import { GoLink, usePathname } from '../platform/navigate.tsx'
import { useShortcuts } from '../platform/shortcuts.ts'
import { t } from '../platform/words.ts'
import { placesOf } from '../platform/me.ts'
import { openTo } from '../platform/nav.ts'
import type { NavGroup } from '../platform/nav.ts'
import { serverPlaces } from '../places.ts'

const Palette = lazy(() => import('./palette.tsx').then((loaded) => ({ default: loaded.Palette })))
const KeyHelp = lazy(() => import('./key-help.tsx').then((loaded) => ({ default: loaded.KeyHelp })))

const signs: Readonly<Record<FrameKind, TablerIcon>> = {
  platform: IconBuildingBroadcastTower,
  partner: IconHeartHandshake,
  acting: IconUserPin,
  org: IconHome,
}

function useFavicon(kind: FrameKind): void {
  useEffect(
    () => document.querySelector('link[rel="icon"]')?.setAttribute('href', `/marks/${kind}.svg`),
    [kind],
  )
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const isDark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark'
  return (
    <button
      type="button"
      className="bar-tool"
      aria-label={t(isDark ? 'bar.light' : 'bar.dark')}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={16} aria-hidden="true" /> : <IconMoon size={16} aria-hidden="true" />}
    </button>
  )
}

function isCurrent(path: string, to: string): boolean {
  return path === to || path.startsWith(`${to}/`)
}

/** The most exact entry counts, so that "Access" and "Access / Rules" are never both current. */
function currentEntry(path: string, groups: readonly NavGroup[]): string {
  const matching = groups.flatMap((group) => group.entries).filter((entry) => isCurrent(path, entry.to))
  return matching.reduce((best, entry) => (entry.to.length > best.length ? entry.to : best), '')
}

function Navigation({ groups, isOpen }: { groups: readonly NavGroup[]; isOpen: boolean }) {
  const current = currentEntry(usePathname(), groups)
  return (
    <nav className="nav" id="nav" aria-label={t('nav.label')} data-open={isOpen}>
      {groups.map((group, index) => (
        <div key={group.title ?? index}>
          {group.title !== undefined && <p className="nav-title">{group.title}</p>}
          <ul>
            {group.entries.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <GoLink to={to} aria-current={to === current ? 'page' : undefined}>
                  <Icon size={17} stroke={1.7} aria-hidden="true" />
                  {label}
                </GoLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

/** Who is signed in, their other places, and the way out. The browser opens and closes it (popover). */
function PersonMenu({ me }: { me: Me }) {
  return (
    <>
      <button
        type="button"
        className="bar-tool"
        popoverTarget="person"
        aria-label={t('bar.person', { name: me.person.name })}
      >
        <IconUser size={16} aria-hidden="true" />
        <span className="wide">{me.person.name}</span>
      </button>
      <div id="person" popover="auto" className="menu">
        <p className="strong">{me.person.name}</p>
        <p className="muted small">{me.person.email}</p>
        <p className="nav-title">{t('bar.places')}</p>
        <ul>
          {placesOf(me).map((place) => (
            <li key={place.to}>
              <a href={place.to}>{place.name}</a>
            </li>
          ))}
        </ul>
        <ul>
          <li>
            <a href={serverPlaces.account}>{t('bar.account')}</a>
          </li>
          <li>
            <a href={serverPlaces.help}>{t('bar.help')}</a>
          </li>
          <li>
            <a href={serverPlaces.signOut}>{t('bar.sign_out')}</a>
          </li>
        </ul>
      </div>
    </>
  )
}

type ToolsProps = {
  isMenuOpen: boolean
  onMenu: () => void
  onPalette: () => void
  bell: ReactNode
  leave: ReactNode
}

function Tools({ isMenuOpen, onMenu, onPalette, bell, leave }: ToolsProps) {
  const { me } = useFrame()
  return (
    <div className="bar-tools">
      <button
        type="button"
        className="bar-tool nav-toggle"
        aria-expanded={isMenuOpen}
        aria-controls="nav"
        onClick={onMenu}
      >
        <IconMenu2 size={16} aria-hidden="true" />
        {t('bar.menu')}
      </button>
      <button type="button" className="bar-tool" onClick={onPalette}>
        <IconSearch size={15} aria-hidden="true" />
        <span className="wide">{t('bar.go_to')}</span>
        <kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      {bell}
      <SchemeButton />
      <PersonMenu me={me} />
      {leave}
    </div>
  )
}

type AppFrameProps = {
  words: ReactNode
  nav: readonly NavGroup[]
  bell?: ReactNode
  leave?: ReactNode
  children: ReactNode
}

/** The bar, the navigation and the page. The bar's words come from the server's answer only (U4). */
export function AppFrame({ words, nav: whole, bell, leave, children }: AppFrameProps) {
  const frame = useFrame()
  const { kind } = frame
  const nav = useMemo(() => openTo(whole, frame), [whole, frame])
  const path = usePathname()
  const [menuOn, setMenuOn] = useState<string | null>(null)
  const keys = useShortcuts(nav)
  const Sign = signs[kind]
  useFavicon(kind)
  return (
    <div data-frame={kind}>
      <header className="bar">
        <div className="bar-place">
          <Sign size={20} stroke={1.8} aria-hidden="true" />
          <div className="bar-words">{words}</div>
        </div>
        <Tools
          isMenuOpen={menuOn === path}
          onMenu={() => setMenuOn(menuOn === path ? null : path)}
          onPalette={() => keys.show('palette')}
          bell={bell}
          leave={leave}
        />
      </header>
      <div className="layout">
        <Navigation groups={nav} isOpen={menuOn === path} />
        <main className="main" id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Suspense fallback={null}>
        {keys.shown === 'palette' && <Palette nav={nav} onClose={keys.hide} />}
        {keys.shown === 'help' && <KeyHelp nav={nav} onClose={keys.hide} />}
      </Suspense>
    </div>
  )
}
