// Media keys and the system's own player box.

export function tellSystem(song, player) {
  const session = navigator.mediaSession;
  if (!session || !window.MediaMetadata) return;
  session.metadata = new MediaMetadata({ title: song.title, artist: song.artist ?? '', album: song.album ?? '' });
  const actions = {
    play: () => player.playback.play(),
    pause: () => player.playback.pause(),
    seekbackward: () => player.step(-1, true),
    seekforward: () => player.step(1, true),
    seekto: ({ seekTime }) => player.seek(seekTime),
  };
  for (const [name, action] of Object.entries(actions)) session.setActionHandler(name, action);
}
