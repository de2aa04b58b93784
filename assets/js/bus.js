// The wire between the parts of the page: events on the document that anyone may hear.
//
//   ma:open  {id, t}             a track is asked for        ma:track {id, title, duration}   it is there
//   ma:time  {t, playing}        where playback is           ma:seek  {t, play}               go there
//   ma:loop  {start, end}|null   the loop changed            ma:close                         back to the first page
//   ma:jobs  {started, refused}  work was asked for          ma:library                       the library changed
//   ma:theme                     light or dark changed       ma:where {page}                  another page is shown
//   ma:voice                     another model speaks

export function emit(name, detail = null) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

export function on(name, heard) {
  document.addEventListener(name, (event) => heard(event.detail));
}
