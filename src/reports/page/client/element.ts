import { visible } from './text.ts'

export type Child = Node | string | number | null | undefined | false | readonly Child[]
type Told = {
  class?: string
  id?: string
  title?: string
  role?: string
  tabindex?: number
  for?: string
  type?: string
  value?: string
  name?: string
  href?: string
  scope?: string
  min?: number
  max?: number
  colspan?: number
  placeholder?: string
  open?: boolean
  hidden?: boolean
  checked?: boolean
  disabled?: boolean
  selected?: boolean
  spellcheck?: string
  autocomplete?: string
  inputmode?: string
  [aria: `aria-${string}` | `data-${string}`]: string | number | boolean | undefined
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void }
}

/** A new element. Strings become text nodes, never markup, with control and direction characters made visible. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  told: Told = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  const { on, ...attributes } = told
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    const aria = name.startsWith('aria-') || name.startsWith('data-')
    made.setAttribute(name, value === true && !aria ? '' : visible(String(value)))
  }
  for (const [name, listener] of Object.entries(on ?? {})) made.addEventListener(name, listener as EventListener)
  add(made, children)
  return made
}

/** Puts new children into an element, in the place of those it had. */
export function fill(host: Element, ...children: Child[]): void {
  host.replaceChildren()
  add(host, children)
}

function add(host: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) add(host, child)
    else if (child instanceof Node) host.append(child)
    else host.append(visible(String(child)))
  }
}

/** Words that only a screen reader says. */
export const spoken = (text: string): HTMLElement => element('span', { class: 'spoken' }, text)
