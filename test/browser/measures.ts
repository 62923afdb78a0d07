import type { Page } from 'playwright-core'

/** What can be measured on a page. Written as text: it runs in the page, whose names this compiler does not know. */

const contrastScript = `(() => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  const once = (find, known = new Map()) => (key) => {
    if (!known.has(key)) known.set(key, find(key))
    return known.get(key)
  }
  const read = once((color) => {
    pen.clearRect(0, 0, 1, 1)
    pen.fillStyle = color
    pen.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  })
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1)
  const behind = once((node) =>
    node ? over(read(getComputedStyle(node).backgroundColor), behind(node.parentElement)) : [255, 255, 255, 1])
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const failing = new Set()
  let measured = 0
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement
    if (!text.data.trim() || !node.checkVisibility() || node.closest('.unseen, .skip, :disabled, script')) continue
    const style = getComputedStyle(node)
    const back = behind(node)
    const front = over(read(style.color), back)
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a)
    const ratio = (light + 0.05) / (dark + 0.05)
    const size = parseFloat(style.fontSize)
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5
    measured++
    if (ratio < needed) failing.add(ratio.toFixed(2) + ' ' + node.tagName + '.' + node.className + ' "' + text.data.trim().slice(0, 40) + '"')
  }
  return { failing: [...failing], measured }
})()`

/** Texts that WCAG AA finds too faint. */
export const faintTexts = async (page: Page, atLeast = 20): Promise<string[]> => {
  await page.evaluate(`for (const node of document.querySelectorAll('details')) node.open = true`)
  const { failing, measured } = (await page.evaluate(contrastScript)) as { failing: string[]; measured: number }
  return measured >= atLeast ? failing : [`only ${measured} texts were seen`]
}

/** What sticks out to the right, when the page can be scrolled sideways. */
export const sticksOut = async (page: Page): Promise<string[]> => {
  await page.evaluate(`for (const node of document.querySelectorAll('details')) node.open = true`)
  return (await page.evaluate(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((node) => node.getBoundingClientRect().right > clientWidth + 1)
      .map((node) => node.tagName + '.' + node.className)
      .slice(0, 10)
  })()`)) as string[]
}

/** Controls that a screen reader could not name, and headings that skip a level. */
export const unnamed = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const label = (node) => node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.textContent
    const controls = [...document.querySelectorAll('button, a, input, select, textarea')]
      .filter((node) => node.checkVisibility() && !label(node)?.trim())
      .map((node) => node.outerHTML.slice(0, 80))
    let level = 0
    const headings = [...document.querySelectorAll('main :is(h1, h2, h3, h4)')].filter((node) => {
      const skips = Number(node.tagName[1]) > level + 1
      level = Number(node.tagName[1])
      return skips
    })
    return [...controls, ...headings.map((node) => node.outerHTML.slice(0, 80))]
  })()`)
