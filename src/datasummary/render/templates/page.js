"use strict";
// What somebody typed or pasted in search of a host: an address is cut to its host, and written as domain names are,
// in lower case and with xn--.
const hostSought = (typed) => {
  const text = typed.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/[/?#].*$/, "");
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  try {
    return new URL("http://" + text).hostname;
  } catch {
    return text;
  }
};
