/** A soft tone at the end of a hold. Off until somebody turns it on; remembered as long as the page is open. */

let isOn = false;
/** @type {AudioContext | undefined} */
let audio;

export const sound = {
  get isOn() {
    return isOn;
  },

  toggle() {
    isOn = !isOn;
    if (isOn) this.play(); // so that one hears what is coming, and the browser allows it later
    return isOn;
  },

  play() {
    if (!isOn) return;
    try {
      audio ??= new AudioContext();
      const start = audio.currentTime;
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = 528;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.06, start + 0.05);
      loudness.gain.exponentialRampToValueAtTime(0.0001, start + 1.2);
      tone.connect(loudness).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 1.3);
    } catch {
      isOn = false; // no sound on this machine: the words are enough
    }
  },
};
