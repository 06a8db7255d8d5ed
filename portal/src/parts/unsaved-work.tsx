import './unsaved-words.ts'
import { useQueryClient } from '@tanstack/react-query'
import type { Mutation } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

import {
  actIn,
  begin,
  forget,
  forgetAll,
  formOf,
  formsOfWrite,
  shownOnce,
  touch,
  unsavedForms,
} from '../platform/unsaved.ts'
import { t } from '../platform/words.ts'
import { Ask } from './confirm.tsx'

/** A write tells that it succeeded only after it led to the next page, and a dialog gives the focus back as it closes. */
const calmMs = 30

type Question = { what: 'entered' | 'once'; page: string; answer: (isLeaving: boolean) => void }

function whatIsLost(): Question['what'] | null {
  if (unsavedForms().length > 0) return 'entered'
  return shownOnce.count() > 0 ? 'once' : null
}

/** Follows what is entered in every form, from before its first change. */
function watchForms(onTouch: () => void): () => void {
  const end = new AbortController()
  const on = (names: readonly string[], act: (form: HTMLFormElement, event: Event) => void) => {
    const listen = (event: Event) => {
      const form = formOf(event.target)
      if (form !== null) act(form, event)
    }
    for (const name of names) document.addEventListener(name, listen, { capture: true, signal: end.signal })
  }
  on(['focusin', 'pointerdown', 'keydown'], begin)
  on(['input', 'change'], (form) => {
    touch(form)
    onTouch()
  })
  on(['submit'], (form) => actIn(form, true))
  on(['click'], (form, { target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    if (button === null) return
    actIn(form, false)
    // A button may add a line or take one away; what a form holds tells whether it did.
    if (button.type === 'button') {
      touch(form)
      onTouch()
    }
  })
  return () => end.abort()
}

/** What was written is no longer unsaved. */
function useSaved(): void {
  const client = useQueryClient()
  useEffect(() => {
    const forms = new WeakMap<Mutation<unknown, unknown>, HTMLFormElement[]>()
    return client.getMutationCache().subscribe((event) => {
      if (event.type !== 'updated') return
      const { mutation, action } = event
      if (action.type === 'pending') forms.set(mutation, formsOfWrite())
      if (action.type === 'success') for (const form of forms.get(mutation) ?? []) forget(form)
    })
  }, [client])
}

/** The question that a way out of the page waits for. */
function useQuestion(): Question | null {
  const { history } = useRouter()
  const [question, setQuestion] = useState<Question | null>(null)
  useEffect(() => {
    let isBlocked = false
    let open: Question | null = null
    const ask = (what: Question['what']) =>
      new Promise<boolean>((resolve) => {
        open?.answer(false)
        const answer = (isLeaving: boolean) => {
          open = null
          setQuestion(null)
          if (isLeaving) forgetAll()
          resolve(!isLeaving)
        }
        open = { what, page: document.title, answer }
        setQuestion(open)
      })
    const stays = async ({ currentLocation, nextLocation }: Ways) => {
      if (currentLocation.pathname === nextLocation.pathname || whatIsLost() === null) return false
      await new Promise((resolve) => {
        setTimeout(resolve, calmMs)
      })
      const what = whatIsLost()
      return what === null ? false : ask(what)
    }
    let unblock: () => void = () => undefined
    const block = () => {
      if (isBlocked) return
      isBlocked = true
      unblock = history.block({ blockerFn: stays, enableBeforeUnload: () => whatIsLost() !== null })
    }
    if (shownOnce.count() > 0) block()
    const stopListening = shownOnce.subscribe(block)
    const stopWatching = watchForms(block)
    return () => {
      stopListening()
      stopWatching()
      unblock()
    }
  }, [history])
  return question
}

type Ways = { currentLocation: { pathname: string }; nextLocation: { pathname: string } }

/**
 * Asks before a page is left whose forms hold what nobody saved, whichever way it is left: a link, the palette, another
 * tenant, the back button. The browser asks in its own words before the tab is closed.
 */
export function UnsavedWork() {
  const question = useQuestion()
  useSaved()
  return (
    <Ask
      opened={question !== null}
      title={t('unsaved.title')}
      act={t(question?.what === 'once' ? 'unsaved.leave_once' : 'unsaved.leave')}
      keep={t('unsaved.stay')}
      isDanger
      isBusy={false}
      error={null}
      onKeep={() => question?.answer(false)}
      onAct={() => question?.answer(true)}
    >
      <p>
        {question !== null &&
          t(question.what === 'once' ? 'unsaved.once' : 'unsaved.text', { page: question.page })}
      </p>
    </Ask>
  )
}
