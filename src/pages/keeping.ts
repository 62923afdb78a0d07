/** What was made once is kept; what failed is tried again. */
export const keeping = <Key, Made>(make: (key: Key) => Promise<Made>): ((key: Key) => Promise<Made>) => {
  const kept = new Map<Key, Promise<Made>>()
  return (key) => {
    const found = kept.get(key)
    if (found) return found
    const made = make(key)
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    return made
  }
}
