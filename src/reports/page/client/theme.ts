import { element } from './element.ts'

const THEMES = ['auto', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]
const KEY = 'anneal-theme'
const listeners = new Set<() => void>()

/** Calls back when the page turns light or dark. */
export function followTheme(told: () => void): void {
  listeners.add(told)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', told)
  for (const media of ['print']) matchMedia(media).addEventListener('change', told)
}

/** The choice between light, dark and what the system says; kept where the browser lets it. */
export function themeSwitch(): HTMLElement {
  const kept = keptTheme()
  const choose = (theme: Theme) => {
    document.documentElement.dataset.theme = theme
    try {
      localStorage.setItem(KEY, theme)
    } catch {
      // A file may have no storage of its own; then the choice lasts as long as the page.
    }
    for (const told of listeners) told()
  }
  document.documentElement.dataset.theme = kept
  return element(
    'fieldset',
    { class: 'theme' },
    element('legend', { class: 'spoken' }, 'Colours'),
    THEMES.map((theme) =>
      element(
        'label',
        {},
        element('input', {
          type: 'radio',
          name: 'theme',
          value: theme,
          checked: theme === kept,
          on: { change: () => choose(theme) },
        }),
        element('span', {}, theme),
      ),
    ),
  )
}

function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY)
    return THEMES.find((theme) => theme === kept) ?? 'auto'
  } catch {
    return 'auto'
  }
}

/** A colour of the page as it is now. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
