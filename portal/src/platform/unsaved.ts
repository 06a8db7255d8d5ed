import { useEffect } from 'react'

import { createSignal } from './live.ts'

/** The part of a form that decides whether somebody changed it. */
type Field = { type: string; value: string; checked?: boolean; files?: { length: number } | null }

/** The act in the present task, and the form that it belongs to. */
let acting: HTMLFormElement | null = null
/** What each form held when somebody began in it, and whether anything was entered since. */
const begun = new Map<HTMLFormElement, { held: string; isTouched: boolean }>()
/** Forms that were sent and that no answer came for yet. */
const sent = new Set<HTMLFormElement>()

/** Not for what is entered to ask, to confirm or to come in: nothing of it would be saved. */
const passing = '[data-unkept]'
/** Neither is the place of a text to search in, nor what a button is called. */
const otherTypes = new Set(['search', 'button', 'submit', 'reset', 'fieldset', 'output'])

function isFieldOf(element: Element): element is Element & Field {
  return 'value' in element && 'type' in element && !otherTypes.has(String(element.type))
}

function holds(form: HTMLFormElement): string {
  const fields = [...form.elements].filter(isFieldOf)
  return JSON.stringify(
    fields.map(({ value, checked, files }) => [value, checked ?? null, files?.length ?? null]),
  )
}

/** The form that something happened in, when what is entered in it is to be kept. */
export function formOf(target: EventTarget | null): HTMLFormElement | null {
  const form = target instanceof Element ? target.closest('form') : null
  return form === null || form.matches(passing) ? null : form
}

/** Remembers what a form holds before anybody changes it. */
export function begin(form: HTMLFormElement): void {
  if (!begun.has(form)) begun.set(form, { held: holds(form), isTouched: false })
}

/** Something was entered in a form. */
export function touch(form: HTMLFormElement): void {
  begin(form)
  sent.delete(form)
  const known = begun.get(form)
  if (known !== undefined) known.isTouched = true
}

/** Takes a form as it is now for saved, or for given up. */
export function forget(form: HTMLFormElement): void {
  begun.delete(form)
  sent.delete(form)
}

/** A button of a form is pressed, or it is sent: where that leads is the form's own way out, which asks nothing. */
export function actIn(form: HTMLFormElement, isSent: boolean): void {
  acting = form
  if (isSent) sent.add(form)
  setTimeout(() => {
    acting = null
  })
}

/** The forms that a write which begins now would save: the one it was begun in, or those that led to the dialog it was begun in. */
export function formsOfWrite(): HTMLFormElement[] {
  return acting === null ? [...sent] : [acting]
}

/** The forms that hold what nobody saved. A form that is gone holds nothing any more. */
export function unsavedForms(): HTMLFormElement[] {
  for (const form of begun.keys()) if (!form.isConnected) forget(form)
  return [...begun]
    .filter(([form, { held, isTouched }]) => isTouched && form !== acting && holds(form) !== held)
    .map(([form]) => form)
}

/** Gives up all that nobody saved. */
export function forgetAll(): void {
  for (const form of begun.keys()) forget(form)
}

/** Pages that show something once; what is not noted down is lost with them. */
const once = createSignal(0)

/** Asks before the page is left, for as long as it shows what is shown only once and nobody said that it is kept. */
export function useShownOnce(isKept: boolean): void {
  useEffect(() => {
    if (isKept) return undefined
    once.write(once.read() + 1)
    return () => once.write(once.read() - 1)
  }, [isKept])
}

/** How many pages show something once; tells the listener of each change. */
export const shownOnce = { count: once.read, subscribe: once.subscribe }
