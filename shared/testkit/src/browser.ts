// browser.ts — what a browser does between two pages: cookies a host, redirects, forms with their origin; no script

export interface Page {
  url: string;
  status: number;
  html: string;
}
export interface Browser {
  /** Opens an address and follows every redirect. */
  open(url: string): Promise<Page>;
  /** Sends the page's first form with what a person typed and pressed. */
  submit(page: Page, fields?: Readonly<Record<string, string>>): Promise<Page>;
  /** The cookies that would go to this address. */
  cookies(url: string): string;
  /** Every `set-cookie` line so far. */
  setCookies: string[];
}

const REDIRECTS_MAX = 20;

export function openBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();
  const setCookies: string[] = [];
  const cookiesOf = (url: string): Map<string, string> => {
    const { host } = new URL(url);
    const known = jar.get(host) ?? new Map<string, string>();
    jar.set(host, known);
    return known;
  };
  const cookies = (url: string): string => [...cookiesOf(url)].map(([name, value]) => `${name}=${value}`).join("; ");

  function keep(url: string, response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      setCookies.push(line);
      const [pair = ""] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      const over = /max-age=0/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line);
      if (over) cookiesOf(url).delete(name);
      else cookiesOf(url).set(name, value);
    }
  }

  async function go(url: string, init: RequestInit = {}): Promise<Page> {
    let next = url;
    let request = init;
    for (let hop = 0; hop < REDIRECTS_MAX; hop += 1) {
      const headers = { ...(request.headers as Record<string, string>), cookie: cookies(next) };
      const response = await fetch(next, { ...request, headers, redirect: "manual" });
      keep(next, response);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null)
        return { url: next, status: response.status, html: await response.text() };
      await response.body?.cancel();
      next = new URL(location, next).href;
      request = {};
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects from ${url}`);
  }

  return {
    open: (url) => go(url),
    async submit(page, fields = {}) {
      const form = /<form[^>]*>[\s\S]*?<\/form>/.exec(page.html)?.[0];
      if (form === undefined) throw new Error(`no form on ${page.url} (${page.status}): ${page.html.slice(0, 500)}`);
      const action = /<form[^>]*\saction="([^"]*)"/.exec(form)?.[1]?.replaceAll("&amp;", "&");
      const inputs = [...form.matchAll(/<input\b[^>]*>/g)].flatMap(([tag]): [string, string][] => {
        const name = /\sname="([^"]*)"/.exec(tag)?.[1];
        return name === undefined ? [] : [[name, /\svalue="([^"]*)"/.exec(tag)?.[1] ?? ""]];
      });
      return go(new URL(action ?? page.url, page.url).href, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(page.url).origin },
        body: new URLSearchParams({ ...Object.fromEntries(inputs), ...fields }).toString(),
      });
    },
    cookies,
    setCookies,
  };
}
