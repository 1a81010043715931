const QUALITIES = ['amber', 'bold', 'brisk', 'calm', 'clear', 'deft', 'eager', 'fair', 'fleet', 'gentle', 'grand', 'keen', 'lucid', 'mellow', 'nimble', 'patient', 'plain', 'quick', 'quiet', 'rapid', 'sharp', 'silver', 'sober', 'steady', 'still', 'sturdy', 'swift', 'tidy', 'vivid', 'warm', 'wise', 'witty']
const ANIMALS = ['badger', 'beaver', 'bison', 'crane', 'dolphin', 'eagle', 'falcon', 'ferret', 'finch', 'fox', 'gecko', 'heron', 'ibex', 'jackal', 'kestrel', 'lark', 'lynx', 'marten', 'mole', 'newt', 'otter', 'owl', 'panda', 'puffin', 'raven', 'robin', 'seal', 'stork', 'swan', 'tern', 'viper', 'wren']

/** A run's name, such as `quiet-otter-3f2a`, out of 32 random bits. */
export function runName(bits: number): string {
  const word = (words: readonly string[], shift: number) => words[(bits >>> shift) % words.length] ?? ''
  return `${word(QUALITIES, 16)}-${word(ANIMALS, 21)}-${(bits & 0xffff).toString(16).padStart(4, '0')}`
}
